//! Lists that are read in pages.

use crate::{counters::find, schema::Row, support::count_run};
use lunora::prelude::*;

#[mutation]
pub async fn add(ctx: &mut MutationCtx, list: String, rank: i32) -> Result<()> {
    ctx.db().insert(Row { list, rank }).await.map(drop)
}

#[mutation]
pub async fn remove(ctx: &mut MutationCtx, list: String, rank: i32) -> Result<()> {
    let here = Row::by_list().eq(&list).eq(rank);
    let row = ctx.db().query::<Row>().with_index(here).first().await?;
    match row {
        Some(row) => ctx.db().delete(row.id()).await,
        None => Ok(()),
    }
}

/// A page of the ranks in a list. Fails while there is a counter of the list's name.
#[query]
pub async fn page(ctx: &QueryCtx, list: String, options: PaginationOptions) -> Result<Page<i32>> {
    count_run("page", &list);
    if find(ctx, &list).await?.is_some() {
        return Err(Error::app("there is a counter of that name"));
    }
    let rows = Row::by_list().eq(&list);
    let page = ctx.db().query::<Row>().with_index(rows).paginate(options).await?;
    Ok(page.map(|row| row.rank))
}
