mod m {
    use lunora::prelude::*;

    #[data]
    #[serde(from = "String")]
    pub struct Row {
        pub a: String,
    }

    impl From<String> for Row {
        fn from(a: String) -> Self {
            Self { a }
        }
    }
}

fn main() {}
