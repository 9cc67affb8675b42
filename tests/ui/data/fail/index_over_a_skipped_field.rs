mod m {
    use lunora::prelude::*;

    #[table("rows")]
    #[index(by_a(a))]
    pub struct Row {
        #[serde(skip)]
        pub a: i64,
    }
}

lunora::app! { m::Row }

fn main() {}
