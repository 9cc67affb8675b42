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

async fn helper(ctx: &QueryCtx) -> Result<Option<Doc<String>>> {
    ctx.db().query::<String>().order(Order::Desc).filter(|row| !row.is_empty()).first().await
}

lunora::app! { schema::{Note, Author} }

fn main() {}
