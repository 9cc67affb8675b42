mod m {
    use lunora::prelude::*;

    #[data]
    pub mod rows {}
}

fn main() {}
