//! An application with rows of any length: what fills a store and keeps it busy.

#![allow(unreachable_pub, reason = "an application is written as a library is")]

use lunora::prelude::*;

/// A row.
#[table("rows")]
#[index(by_number(number), unique)]
#[index(by_group(group))]
#[derive(Debug, Clone)]
pub struct Row {
    /// Which one.
    pub number: u32,
    /// Neighbours have the same.
    pub group: u32,
    /// Its content.
    pub text: String,
}

/// Adds rows of so many bytes that do not compress.
#[mutation]
pub async fn fill(ctx: &mut MutationCtx, from: u32, count: u32, bytes: u32) -> Result<()> {
    for number in from..from + count {
        let (group, text) = (number / GROUP, text(number, bytes));
        ctx.db().insert(Row { number, group, text }).await?;
    }
    Ok(())
}

/// Rows in one group.
pub(crate) const GROUP: u32 = 20;

pub(crate) fn text(number: u32, bytes: u32) -> String {
    let (mut text, mut state) = (String::new(), u64::from(number) + 1);
    while text.len() < bytes as usize {
        // xorshift64: nobody is to guess these, they only must not be alike.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        text += &format!("{state:016x}");
    }
    text
}

/// Writes a row anew.
#[mutation]
pub async fn touch(ctx: &mut MutationCtx, number: u32, salt: u32) -> Result<()> {
    let row = find(ctx, number).await?;
    let bytes = u32::try_from(row.text.len())?;
    ctx.db()
        .patch(row.id(), Row::patch().text(text(salt, bytes)))
        .await
}

/// Reads a row.
#[query]
pub async fn read(ctx: &QueryCtx, number: u32) -> Result<u32> {
    Ok(u32::try_from(find(ctx, number).await?.text.len())?)
}

/// Reads all rows of a group.
#[query]
pub async fn group(ctx: &QueryCtx, number: u32) -> Result<u32> {
    let rows = ctx
        .db()
        .query::<Row>()
        .with_index(Row::by_group().eq(number / GROUP));
    let bytes: usize = rows.collect().await?.iter().map(|row| row.text.len()).sum();
    Ok(u32::try_from(bytes)?)
}

async fn find(ctx: &QueryCtx, number: u32) -> Result<Doc<Row>> {
    let row = ctx.db().query::<Row>().with_index(Row::by_number().eq(number));
    row.unique().await?.ok_or_else(|| Error::not_found("row"))
}
