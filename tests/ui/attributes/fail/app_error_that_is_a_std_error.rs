mod m {
    use lunora::prelude::*;

    #[data]
    #[derive(Debug, AppError)]
    pub enum Billing {
        Declined,
    }

    impl std::fmt::Display for Billing {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("declined")
        }
    }

    impl std::error::Error for Billing {}
}



fn main() {}
