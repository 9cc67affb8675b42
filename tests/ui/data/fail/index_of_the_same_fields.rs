mod m {
    use lunora::prelude::*;

    #[table("rows")]
    #[index(by_a(a, b))]
    #[index(by_b(a, b))]
    pub struct Row {
        pub a: i64,
        pub b: i64,
    }
}

lunora::app! { m::Row }

fn main() {}
