mod m {
    use lunora::prelude::*;

    #[data]
    pub struct Row {
        #[cfg_attr(test, serde(rename = "b"))]
        pub a: i64,
    }
}

fn main() {}
