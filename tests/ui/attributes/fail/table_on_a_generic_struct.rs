mod m {
    use lunora::prelude::*;

    #[table("rows")]
    pub struct Row<T> {
        pub a: T,
    }
}

lunora::app! { m::Row }

fn main() {}
