mod m {
    use lunora::prelude::*;

    #[index(by_a(a))]
    #[table("rows")]
    pub struct Row {
        pub a: i64,
    }
}

lunora::app! { m::Row }

fn main() {}
