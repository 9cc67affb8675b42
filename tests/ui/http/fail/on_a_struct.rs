mod m {
    use lunora::prelude::*;

    #[http_action(POST, "/hook")]
    pub struct hook;
}

lunora::app! { m::hook }

fn main() {}
