mod m {
    use lunora::prelude::*;

    #[table("rows")]
    #[index(by_city(home.city, work.street.number))]
    #[index(by_parent(parent))]
    pub struct Row {
        pub home: Address,
        pub work: Option<Address>,
        pub parent: Option<Id<Self>>,
    }

    #[data]
    #[serde(rename_all = "snake_case")]
    pub struct Address {
        pub city: String,
        #[serde(rename = "road")]
        pub street: Street,
    }

    #[data]
    pub struct Street {
        pub number: i64,
    }
}

lunora::app! { m::Row }

fn main() {
    use lunora::Table;
    let _ = m::Row::by_city().eq("x").eq(Some(5));
    let _ = m::Row::by_parent().eq(None);
    assert_eq!(m::Row::INDEXES[0].fields, [["home", "city"].as_slice(), &["work", "road", "number"]]);
}
