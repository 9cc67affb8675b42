//! Who is typing.

use std::time::Duration;

use lunora::prelude::*;

use crate::{
    rooms,
    schema::{Room, Typing},
    text,
};

/// How long somebody counts as typing after they said so. Pages say so again every few seconds.
pub const FRESH: Duration = Duration::from_secs(8);
/// How many names are shown, and how many that are stale are removed at a time.
const MAX_NAMES: usize = 20;

/// Who was typing a moment ago, the last one first.
///
/// Time alone does not run a query again. So a page forgets a name by itself when it has not changed for a while.
#[query]
pub async fn list(ctx: &QueryCtx, room: Id<Room>) -> Result<Vec<Doc<Typing>>> {
    let since = ctx.now() - FRESH;
    ctx.db()
        .query::<Typing>()
        .with_index(Typing::by_time().eq(room).gt(since))
        .order(Order::Desc)
        .take(MAX_NAMES)
        .await
}

/// Somebody is typing.
#[mutation]
pub async fn start(ctx: &mut MutationCtx, room: Id<Room>, name: String) -> Result<()> {
    let (name, at) = (text::name(&name)?, ctx.now());
    rooms::check(ctx, room).await?;
    remove_stale(ctx, room).await?;
    match find(ctx, room, &name).await? {
        Some(typing) => ctx.db().patch(typing.id(), Typing::patch().at(at)).await,
        None => ctx.db().insert(Typing { room, name, at }).await.map(|_| ()),
    }
}

/// Somebody has stopped, and sent nothing.
#[mutation]
pub async fn stop(ctx: &mut MutationCtx, room: Id<Room>, name: String) -> Result<()> {
    end(ctx, room, &text::name(&name)?).await
}

/// Somebody no longer types.
pub(crate) async fn end(ctx: &mut MutationCtx, room: Id<Room>, name: &str) -> Result<()> {
    match find(ctx, room, name).await? {
        Some(typing) => ctx.db().delete(typing.id()).await,
        None => Ok(()),
    }
}

async fn find(ctx: &QueryCtx, room: Id<Room>, name: &str) -> Result<Option<Doc<Typing>>> {
    ctx.db()
        .query::<Typing>()
        .with_index(Typing::by_name().eq(room).eq(name))
        .unique()
        .await
}

/// Whoever closed the page in the middle of a word.
async fn remove_stale(ctx: &mut MutationCtx, room: Id<Room>) -> Result<()> {
    let before = ctx.now() - FRESH;
    let stale = ctx
        .db()
        .query::<Typing>()
        .with_index(Typing::by_time().eq(room).lt(before))
        .take(MAX_NAMES)
        .await?;
    for typing in stale {
        ctx.db().delete(typing.id()).await?;
    }
    Ok(())
}
