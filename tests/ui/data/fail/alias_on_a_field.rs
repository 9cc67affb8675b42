mod m {
    use lunora::prelude::*;

    #[data]
    pub struct Row {
        #[serde(alias = "b")]
        pub a: i64,
    }
}

fn main() {}
