//! Who is connected. Nobody asks for that to be written down: the server runs these itself, at the events they are named for.

use lunora::prelude::*;

use crate::schema::Visitor;

/// Notes that a client has connected.
#[on_connect]
pub async fn joined(ctx: &mut MutationCtx, connection: Connection) -> Result<()> {
    let visitor = Visitor {
        connection: connection.id,
    };
    ctx.db().insert(visitor).await.map(drop)
}

/// Notes that its connection is gone, also if that was because the server was killed.
#[on_disconnect]
pub async fn left(ctx: &mut MutationCtx, connection: Connection) -> Result<()> {
    let visitors = ctx.db().query::<Visitor>();
    let visitor = visitors.with_index(Visitor::by_connection().eq(&connection.id));
    match visitor.unique().await? {
        Some(visitor) => ctx.db().delete(visitor.id()).await,
        None => Ok(()),
    }
}

/// How many clients are connected.
#[query]
pub async fn count(ctx: &QueryCtx) -> Result<u32> {
    Ok(ctx.db().query::<Visitor>().count().await?.try_into()?)
}
