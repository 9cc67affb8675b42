//! What can be done with entries.

use lunora::prelude::*;

use crate::schema::Entry;

/// The newest entries.
#[query]
pub async fn list(ctx: &QueryCtx) -> Result<Vec<Doc<Entry>>> {
    ctx.db().query::<Entry>().order(Order::Desc).take(20).await
}

/// Leaves an entry.
#[mutation]
pub async fn sign(ctx: &mut MutationCtx, name: String, text: String) -> Result<Id<Entry>> {
    ctx.db().insert(Entry { name, text }).await
}

/// Takes an entry away. Visitors cannot.
#[internal_mutation]
pub async fn remove(ctx: &mut MutationCtx, id: Id<Entry>) -> Result<()> {
    ctx.db().delete(id).await
}
