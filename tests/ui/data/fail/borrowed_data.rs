mod m {
    use lunora::prelude::*;

    #[data]
    pub struct Row<'a> {
        pub a: &'a str,
    }
}

fn main() {}
