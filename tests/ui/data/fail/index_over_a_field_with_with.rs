mod m {
    use lunora::prelude::*;

    #[table("rows")]
    #[index(by_balance(balance))]
    pub struct Row {
        #[serde(with = "lunora::number")]
        pub balance: i64,
    }
}

lunora::app! { m::Row }

fn main() {}
