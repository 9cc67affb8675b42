//! The Rust client against a real server, over connections that break.

mod auth;
mod calls;
mod proxy;
mod reconnect;
mod server;

/// What is called.
pub mod notes {
    use lunora::prelude::*;

    /// One note.
    #[table("notes")]
    #[index(by_text(text))]
    #[derive(Debug, Clone)]
    pub struct Note {
        /// What it says.
        pub text: String,
        /// Who wrote it.
        pub author: Option<String>,
    }

    /// Why a note is not taken.
    #[data]
    #[derive(Debug, Clone, PartialEq, AppError)]
    pub enum Refusal {
        /// It says nothing.
        Empty,
        /// It says too much.
        TooLong {
            /// Characters that would do.
            limit: u32,
        },
    }

    /// The texts of all notes.
    #[query]
    pub async fn list(ctx: &QueryCtx) -> Result<Vec<String>> {
        let notes = ctx.db().query::<Note>().collect().await?;
        Ok(notes.into_iter().map(|note| note.text.clone()).collect())
    }

    /// Notes with a text.
    #[query]
    pub async fn find(ctx: &QueryCtx, text: String) -> Result<Vec<Doc<Note>>> {
        let range = Note::by_text().eq(text);
        ctx.db().query::<Note>().with_index(range).collect().await
    }

    /// A page of notes.
    #[query]
    pub async fn page(ctx: &QueryCtx, pagination_opts: PaginationOptions) -> Result<Page<Doc<Note>>> {
        ctx.db().query::<Note>().paginate(pagination_opts).await
    }

    /// Fails as long as there is a note that says "bad".
    #[query]
    pub async fn fragile(ctx: &QueryCtx) -> Result<u32> {
        let bad = ctx.db().query::<Note>().with_index(Note::by_text().eq("bad"));
        if bad.first().await?.is_some() {
            Err(Refusal::Empty)?;
        }
        Ok(7)
    }

    /// Adds a note.
    #[mutation]
    pub async fn add(ctx: &mut MutationCtx, text: String) -> Result<Id<Note>> {
        match text.len() {
            0 => Err(Refusal::Empty)?,
            1_000.. => Err(Refusal::TooLong { limit: 1_000 })?,
            _ => {}
        }
        let author = ctx.auth().identity().map(|user| user.subject.clone());
        ctx.db().insert(Note { text, author }).await
    }

    /// Removes notes with a text.
    #[mutation]
    pub async fn remove(ctx: &mut MutationCtx, text: String) -> Result<()> {
        let range = Note::by_text().eq(text);
        for note in ctx.db().query::<Note>().with_index(range).collect().await? {
            ctx.db().delete(note.id()).await?;
        }
        Ok(())
    }

    /// Who is calling.
    #[query]
    pub async fn me(ctx: &QueryCtx) -> Result<Option<String>> {
        Ok(ctx.auth().identity().map(|user| user.subject.clone()))
    }

    /// Waits until somebody writes the note `go`.
    #[action]
    pub async fn wait(ctx: &ActionCtx) -> Result<u32> {
        use crate::internal;

        let mut looks = 0;
        while !ctx.run_query(internal::notes::may_go()).await? {
            looks += 1;
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        Ok(looks)
    }

    /// Ends in a panic.
    ///
    /// # Panics
    /// Always.
    #[mutation]
    pub async fn crash(_ctx: &mut MutationCtx) -> Result<()> {
        panic!("the secret reason")
    }

    /// Whether there is the note `go`.
    #[internal_query]
    pub async fn may_go(ctx: &QueryCtx) -> Result<bool> {
        let go = ctx.db().query::<Note>().with_index(Note::by_text().eq("go"));
        Ok(go.first().await?.is_some())
    }
}

lunora::app! {
    notes::{Note, list, find, page, fragile, add, remove, me, wait, crash, may_go},
}
