mod m {
    use lunora::prelude::*;

    #[table("rows")]
    #[index(by_part(part))]
    pub struct Row {
        #[serde(flatten)]
        pub part: Part,
    }

    #[data]
    pub struct Part {
        pub a: i64,
    }
}

lunora::app! { m::Row }

fn main() {}
