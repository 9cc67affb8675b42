//! Rooms.

use lunora::prelude::*;

use crate::{
    schema::Room,
    text::{self, Refusal},
};

/// How many rooms there may be. Anybody may open one, so there has to be an end.
pub const MAX_ROOMS: usize = 100;

/// All rooms, by name.
#[query]
pub async fn list(ctx: &QueryCtx) -> Result<Vec<Doc<Room>>> {
    all(ctx).await
}

/// The room of that name, which is made if there is none.
#[mutation]
pub async fn open(ctx: &mut MutationCtx, name: String) -> Result<Id<Room>> {
    let name = text::room_name(&name)?;
    let found = ctx
        .db()
        .query::<Room>()
        .with_index(Room::by_name().eq(&name))
        .unique()
        .await?;
    if let Some(room) = found {
        return Ok(room.id());
    }
    if all(ctx).await?.len() >= MAX_ROOMS {
        Err(Refusal::TooManyRooms)?;
    }
    ctx.db().insert(Room { name }).await
}

async fn all(ctx: &QueryCtx) -> Result<Vec<Doc<Room>>> {
    ctx.db()
        .query::<Room>()
        .with_index(Room::by_name())
        .take(MAX_ROOMS)
        .await
}

/// Fails unless there is such a room.
pub(crate) async fn check(ctx: &QueryCtx, room: Id<Room>) -> Result<()> {
    let found = ctx.db().get(room).await?;
    Ok(found.map(|_| ()).ok_or(Refusal::UnknownRoom)?)
}
