//! Who is there.

use std::time::Duration;

use lunora::prelude::*;

use crate::{
    rooms,
    schema::{Presence, Room},
    text,
};

/// How long somebody counts as present after a heartbeat. Pages send one every ten seconds.
pub const FRESH: Duration = Duration::from_secs(25);
/// How many people are shown, and how many who left are removed at a time.
const MAX_PEOPLE: usize = 100;

/// Who is in a room, the last one who said so first. As with typing, a page forgets by itself who was not heard of again.
#[query]
pub async fn list(ctx: &QueryCtx, room: Id<Room>) -> Result<Vec<Doc<Presence>>> {
    let since = ctx.now() - FRESH;
    ctx.db()
        .query::<Presence>()
        .with_index(Presence::by_time().eq(room).gt(since))
        .order(Order::Desc)
        .take(MAX_PEOPLE)
        .await
}

/// Somebody is in a room.
#[mutation]
pub async fn heartbeat(ctx: &mut MutationCtx, room: Id<Room>, name: String) -> Result<()> {
    let (name, seen) = (text::name(&name)?, ctx.now());
    rooms::check(ctx, room).await?;
    remove_stale(ctx, room).await?;
    match find(ctx, room, &name).await? {
        Some(presence) => ctx.db().patch(presence.id(), Presence::patch().seen(seen)).await,
        None => ctx.db().insert(Presence { room, name, seen }).await.map(|_| ()),
    }
}

/// Somebody has gone, or has another name now.
#[mutation]
pub async fn leave(ctx: &mut MutationCtx, room: Id<Room>, name: String) -> Result<()> {
    match find(ctx, room, &text::name(&name)?).await? {
        Some(presence) => ctx.db().delete(presence.id()).await,
        None => Ok(()),
    }
}

async fn find(ctx: &QueryCtx, room: Id<Room>, name: &str) -> Result<Option<Doc<Presence>>> {
    ctx.db()
        .query::<Presence>()
        .with_index(Presence::by_name().eq(room).eq(name))
        .unique()
        .await
}

/// Whoever closed the page without a word.
async fn remove_stale(ctx: &mut MutationCtx, room: Id<Room>) -> Result<()> {
    let before = ctx.now() - FRESH;
    let stale = ctx
        .db()
        .query::<Presence>()
        .with_index(Presence::by_time().eq(room).lt(before))
        .take(MAX_PEOPLE)
        .await?;
    for presence in stale {
        ctx.db().delete(presence.id()).await?;
    }
    Ok(())
}
