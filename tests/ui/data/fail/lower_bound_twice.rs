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

use lunora::prelude::*;
#[allow(unused_imports)]
use schema::{Author, Note};

async fn helper(ctx: &QueryCtx) -> Result<Vec<Doc<Note>>> {
    let range = Note::by_author().gt("a").gte("b");
    ctx.db().query::<Note>().with_index(range).collect().await
}

lunora::app! { schema::{Note, Author} }

fn main() {}
