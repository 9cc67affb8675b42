mod m {
    use lunora::prelude::*;

    #[data]
    #[serde(remote = "std::time::Duration")]
    pub struct Row {
        pub a: i64,
    }
}

fn main() {}
