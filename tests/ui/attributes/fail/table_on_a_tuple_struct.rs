mod m {
    use lunora::prelude::*;

    #[table("rows")]
    pub struct Row(pub i64);
}

lunora::app! { m::Row }

fn main() {}
