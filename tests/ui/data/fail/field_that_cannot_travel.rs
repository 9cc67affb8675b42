mod m {
    use lunora::prelude::*;

    #[table("rows")]

    pub struct Row {
        pub a: std::time::Instant,
    }
}

lunora::app! { m::Row }

fn main() {}
