mod m {
    use lunora::prelude::*;

    #[data]
    pub struct Row {
        pub a_b: i64,
        #[serde(rename = "aB")]
        pub c: i64,
    }
}

fn main() {}
