mod m {
    use lunora::prelude::*;

    #[table("rows")]
    pub struct Row<T> {
        pub a: T,
    }
}



fn main() {}
