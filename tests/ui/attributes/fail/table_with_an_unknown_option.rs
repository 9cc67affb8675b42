mod m {
    use lunora::prelude::*;

    #[table("rows", unique)]
    pub struct Row {
        pub a: i64,
    }
}

lunora::app! { m::Row }

fn main() {}
