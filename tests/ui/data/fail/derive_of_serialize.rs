mod m {
    use lunora::prelude::*;

    use lunora::__private::serde::Serialize;

    #[data]
    #[derive(Serialize)]
    pub struct Row {
        pub a: i64,
    }
}

fn main() {}
