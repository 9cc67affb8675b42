mod m {
    use lunora::prelude::*;

    #[data]
    pub struct Row {
        pub größe: i64,
    }
}

fn main() {}
