mod m {
    use lunora::prelude::*;

    #[on_connect]
    pub struct Hook;
}

fn main() {}
