mod m {
    use lunora::prelude::*;

    #[index(by_a(a))]
    pub struct Row {
        pub a: i64,
    }
}



fn main() {}
