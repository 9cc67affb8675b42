mod schema {
    use lunora::prelude::*;

    #[table("notes")]
    #[index(by_author(author, stars))]
    pub struct Note {
        pub author: String,
        pub stars: i64,
        pub title: Option<String>,
    }

    #[table("authors")]
    #[index(by_name(name))]
    pub struct Author {
        pub name: String,
    }
}

use schema::{Author, Note};

fn main() {
    let _ = Note::by_author();
    let _ = Note::by_author().eq("a");
    let _ = Note::by_author().eq(String::new()).eq(5);
    let _ = Note::by_author().eq(&String::new()).gt(5).lte(&6);
    let _ = Note::by_author().gte("a").lt("b");
    let _ = Note::by_author().lte("b");
    let _ = Note::by_creation_time().gt(0.0);
    let _ = Author::by_id();
}

lunora::app! { schema::{Note, Author} }
