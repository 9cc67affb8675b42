mod schema {
    use lunora::prelude::*;

    #[table("entries")]
    #[index(by_name(name), unique)]
    pub struct Entry {
        pub name: String,
    }

    #[table("tables")]
    pub struct Table {
        pub entry: Id<Entry>,
    }

    #[table("items")]
    pub struct Item {
        pub table: Id<Table>,
    }
}

lunora::app! { schema::{Entry, Table, Item} }

fn main() {
    let _ = app();
    let _range = schema::Entry::by_name().eq("a");
    let _patch = schema::Entry::patch().name("b".to_owned());
}
