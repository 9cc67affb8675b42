mod m {
    use lunora::prelude::*;

    #[data]
    pub struct Row {
        #[serde(rename(serialize = "b"))]
        pub a: i64,
    }
}

fn main() {}
