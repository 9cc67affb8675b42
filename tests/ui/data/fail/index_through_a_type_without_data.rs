mod m {
    use lunora::prelude::*;

    #[table("rows")]
    #[index(by_city(address.city))]
    pub struct Row {
        pub address: String,
    }
}

lunora::app! { m::Row }

fn main() {}
