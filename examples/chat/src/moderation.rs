//! What only whoever runs the server may do.

use lunora::prelude::*;

use crate::schema::Message;

/// Takes a message away. A client that could call this could silence everybody.
#[internal_mutation]
pub async fn remove(ctx: &mut MutationCtx, message: Id<Message>) -> Result<()> {
    ctx.db().delete(message).await
}
