mod m {
    use lunora::prelude::*;

    #[data]
    pub struct Row {
        #[serde(getter = "get")]
        pub a: i64,
    }
}

lunora::app! {}

fn main() {}
