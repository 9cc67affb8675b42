mod m {
    use lunora::prelude::*;

    #[data]
    pub union Row {
        pub a: i64,
        pub b: f64,
    }
}

fn main() {}
