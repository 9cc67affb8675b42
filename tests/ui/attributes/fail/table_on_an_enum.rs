mod m {
    use lunora::prelude::*;

    #[table("rows")]
    pub enum Row {
        A,
    }
}

lunora::app! { m::Row }

fn main() {}
