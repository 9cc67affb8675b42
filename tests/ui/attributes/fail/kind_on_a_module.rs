mod m {
    use lunora::prelude::*;

    #[query]
    pub mod rows {}
}



fn main() {}
