mod m {
    use lunora::prelude::*;

    #[data]
    pub struct Row {
        #[serde(skip_serializing_if = "Vec::is_empty")]
        pub a: Vec<i64>,
    }
}

fn main() {}
