//! Who is in the shop.

use lunora::prelude::*;

use crate::schema::{Closing, Visitor};

/// A shop that starts is open.
#[on_start]
pub async fn open(ctx: &mut MutationCtx) -> Result<()> {
    for closing in ctx.db().query::<Closing>().collect().await? {
        ctx.db().delete(closing.id()).await?;
    }
    Ok(())
}

/// Closes the shop until its next start.
#[internal_mutation]
pub async fn close(ctx: &mut MutationCtx, reason: String) -> Result<()> {
    ctx.db().insert(Closing { reason }).await.map(drop)
}

/// Lets nobody in while the shop is closed.
#[on_connect(gate)]
pub async fn door(ctx: &mut MutationCtx, _connection: Connection) -> Result<()> {
    match ctx.db().query::<Closing>().first().await? {
        Some(closing) => Err(Error::app(&closing.reason)),
        None => Ok(()),
    }
}

/// Notes that somebody has come.
#[on_connect]
pub async fn joined(ctx: &mut MutationCtx, connection: Connection) -> Result<()> {
    let visitor = Visitor {
        connection: connection.id,
        since: connection.connected_at,
    };
    ctx.db().insert(visitor).await.map(drop)
}

/// Notes that somebody has left.
#[on_disconnect]
pub async fn left(ctx: &mut MutationCtx, connection: Connection) -> Result<()> {
    let visitors = ctx.db().query::<Visitor>();
    let visitor = visitors.with_index(Visitor::by_connection().eq(&connection.id));
    match visitor.unique().await? {
        Some(visitor) => ctx.db().delete(visitor.id()).await,
        None => Ok(()),
    }
}

/// How many are in the shop.
#[query]
pub async fn count(ctx: &QueryCtx) -> Result<u32> {
    Ok(ctx.db().query::<Visitor>().count().await?.try_into()?)
}
