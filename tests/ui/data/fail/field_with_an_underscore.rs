mod m {
    use lunora::prelude::*;

    #[table("rows")]

    pub struct Row {
        #[serde(rename = "_id")]
        pub id: i64,
    }
}

lunora::app! { m::Row }

fn main() {}
