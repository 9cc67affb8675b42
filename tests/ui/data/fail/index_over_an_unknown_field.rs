mod m {
    use lunora::prelude::*;

    #[table("rows")]
    #[index(by_b(b))]
    pub struct Row {
        pub a: i64,
    }
}

lunora::app! { m::Row }

fn main() {}
