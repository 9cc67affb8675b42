mod m {
    use lunora::prelude::*;

    pub struct Rows;

    #[query]
    impl Rows {}
}



fn main() {}
