//! Functions that count their runs, and wait where a test wants them to.

use crate::{
    internal,
    schema::Counter,
    support::{count_run, gate, is_held_up},
};
use lunora::prelude::*;
use std::{thread::sleep, time::Duration};

/// The counter of this name.
pub async fn find(ctx: &QueryCtx, name: &str) -> Result<Option<Doc<Counter>>> {
    let named = Counter::by_name().eq(name);
    ctx.db().query::<Counter>().with_index(named).unique().await
}

/// Gives a counter a value.
#[mutation]
pub async fn set(ctx: &mut MutationCtx, name: String, value: i32) -> Result<()> {
    match find(ctx, &name).await? {
        Some(counter) => ctx.db().patch(counter.id(), Counter::patch().value(value)).await,
        None => ctx.db().insert(Counter { name, value }).await.map(drop),
    }
}

#[mutation]
pub async fn remove(ctx: &mut MutationCtx, name: String) -> Result<()> {
    match find(ctx, &name).await? {
        Some(counter) => ctx.db().delete(counter.id()).await,
        None => Ok(()),
    }
}

/// Takes from one counter and gives to another.
#[mutation]
pub async fn transfer(ctx: &mut MutationCtx, from: String, to: String, amount: i32) -> Result<()> {
    for (name, change) in [(from, -amount), (to, amount)] {
        let counter = find(ctx, &name)
            .await?
            .ok_or_else(|| Error::not_found("counter"))?;
        let changed = Counter::patch().value(counter.value + change);
        ctx.db().patch(counter.id(), changed).await?;
    }
    Ok(())
}

#[query]
pub async fn value(ctx: &QueryCtx, name: String) -> Result<Option<i32>> {
    count_run("value", &name);
    Ok(find(ctx, &name).await?.map(|counter| counter.value))
}

#[internal_query]
pub async fn hidden(ctx: &QueryCtx, name: String) -> Result<Option<i32>> {
    Ok(find(ctx, &name).await?.map(|counter| counter.value))
}

/// Whether the value is even: the same for many values.
#[query]
pub async fn is_even(ctx: &QueryCtx, name: String) -> Result<bool> {
    count_run("is_even", &name);
    Ok(find(ctx, &name)
        .await?
        .is_some_and(|counter| counter.value % 2 == 0))
}

#[query]
pub async fn total(ctx: &QueryCtx) -> Result<i32> {
    let all = ctx.db().query::<Counter>().collect().await?;
    Ok(all.iter().map(|counter| counter.value).sum())
}

/// Looks at the identity only when there is a counter of this name.
#[query]
pub async fn whose(ctx: &QueryCtx, name: String) -> Result<Option<String>> {
    count_run("whose", &name);
    match find(ctx, &name).await? {
        Some(_) => ctx.run_query(internal::counters::subject()).await,
        None => Ok(None),
    }
}

#[internal_query]
pub async fn subject(ctx: &QueryCtx) -> Result<Option<String>> {
    Ok(ctx.auth().identity().map(|user| user.subject.clone()))
}

/// Looks at the time only when there is a counter of this name.
#[query]
pub async fn timed(ctx: &QueryCtx, name: String) -> Result<Option<i32>> {
    count_run("timed", &name);
    let counter = find(ctx, &name).await?;
    if counter.is_some() {
        ctx.now();
    }
    Ok(counter.map(|counter| counter.value))
}

/// Fails as long as there is no counter, and panics if its value is negative.
#[query]
pub async fn expect(ctx: &QueryCtx, name: String) -> Result<i32> {
    count_run("expect", &name);
    let counter = find(ctx, &name)
        .await?
        .ok_or_else(|| Error::not_found("counter"))?;
    assert!(counter.value >= 0, "a negative value");
    Ok(counter.value)
}

/// Waits, after it has read, until the test lets it go on.
#[query]
pub async fn gated(ctx: &QueryCtx, name: String) -> Result<Option<i32>> {
    count_run("gated", &name);
    let value = find(ctx, &name).await?.map(|counter| counter.value);
    gate(&name).pass();
    Ok(value)
}

/// Takes longer than it may before it has read anything, where a test wants it to.
#[query(limits(work_millis = 100))]
pub async fn unhurried(ctx: &QueryCtx, name: String) -> Result<Option<i32>> {
    count_run("unhurried", &name);
    if is_held_up(&name) {
        sleep(Duration::from_millis(200));
    }
    Ok(find(ctx, &name).await?.map(|counter| counter.value))
}

/// The same, and makes nothing of being refused.
#[query(limits(work_millis = 100))]
pub async fn careless(ctx: &QueryCtx, name: String) -> Result<Option<i32>> {
    if is_held_up(&name) {
        sleep(Duration::from_millis(200));
    }
    let found = find(ctx, &name).await;
    Ok(found.ok().flatten().map(|counter| counter.value))
}

/// A text of this length.
#[query]
pub async fn text(ctx: &QueryCtx, name: String) -> Result<String> {
    let length = find(ctx, &name).await?.map_or(0, |counter| counter.value);
    Ok("x".repeat(usize::try_from(length)?))
}

/// Fails with such a text.
#[query]
pub async fn objection(ctx: &QueryCtx, name: String) -> Result<()> {
    Err(Error::app(text(ctx, name).await?))
}
