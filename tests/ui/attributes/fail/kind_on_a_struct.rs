mod m {
    use lunora::prelude::*;

    #[query]
    pub struct Rows;
}



fn main() {}
