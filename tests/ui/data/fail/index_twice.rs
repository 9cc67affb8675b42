mod m {
    use lunora::prelude::*;

    #[table("rows")]
    #[index(by_a(a))]
    #[index(by_a(b))]
    pub struct Row {
        pub a: i64,
        pub b: i64,
    }
}

lunora::app! { m::Row }

fn main() {}
