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

async fn helper(ctx: &QueryCtx, author: &str) -> Result<usize> {
    Ok(ctx.db().query::<Note>().with_index(Note::by_author().eq(author)).collect().await?.len())
}

async fn writes(ctx: &mut MutationCtx) -> Result<usize> {
    ctx.db().insert(Note { author: String::new(), stars: 0, title: None }).await?;
    helper(ctx, "me").await
}

fn main() {
    let _ = writes;
    let _: Option<Author> = None;
}

lunora::app! { schema::{Note, Author} }
