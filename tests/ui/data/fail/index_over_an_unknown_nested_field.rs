mod m {
    use lunora::prelude::*;

    #[table("rows")]
    #[index(by_town(address.town))]
    pub struct Row {
        pub address: Address,
    }

    #[data]
    pub struct Address {
        pub city: String,
    }
}

lunora::app! { m::Row }

fn main() {}
