mod m {
    use lunora::prelude::*;

    #[on_connect]
    pub struct hook;
}

lunora::app! { m::hook }

fn main() {}
