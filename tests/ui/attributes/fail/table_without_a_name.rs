mod m {
    use lunora::prelude::*;

    #[table]
    pub struct Row {
        pub a: i64,
    }
}

lunora::app! { m::Row }

fn main() {}
