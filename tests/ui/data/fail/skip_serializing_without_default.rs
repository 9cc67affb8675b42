mod m {
    use lunora::prelude::*;

    #[data]
    pub struct Row {
        #[serde(skip_serializing)]
        pub a: i64,
    }
}

fn main() {}
