//! What those do who work here.

use lunora::prelude::*;
use serde::Deserialize;

use crate::{errors::Refusal, internal};

/// What a token says beside who its user is.
#[derive(Deserialize)]
struct Claims {
    /// Left out for customers.
    #[serde(default)]
    roles: Vec<String>,
}

/// Fails unless the caller works here.
fn check(ctx: &QueryCtx) -> Result<()> {
    let claims: Claims = ctx.auth().require()?.claims()?;
    let staff = claims.roles.iter().any(|role| role == "staff");
    Ok(staff.then_some(()).ok_or(Refusal::StaffOnly)?)
}

/// Sets the price of a product, in cents.
#[mutation]
pub async fn set_price(ctx: &mut MutationCtx, sku: String, price: u32) -> Result<()> {
    check(ctx)?;
    ctx.run_mutation(internal::products::set_price(sku, price)).await
}

/// Sets the price of a product when the time has come.
#[mutation]
pub async fn plan_price(ctx: &mut MutationCtx, sku: String, price: u32, at: Time) -> Result<JobId> {
    check(ctx)?;
    ctx.scheduler()
        .run_at(at, internal::products::set_price(sku, price))
        .await
}

/// Takes a planned price back. False if it is too late.
#[mutation]
pub async fn drop_price(ctx: &mut MutationCtx, job: JobId) -> Result<bool> {
    check(ctx)?;
    ctx.scheduler().cancel(job).await
}

/// How far a planned price is.
#[query]
pub async fn planned(ctx: &QueryCtx, job: JobId) -> Result<Option<JobStatus>> {
    check(ctx)?;
    let job = ctx.scheduler().get(job).await?;
    Ok(job.map(|job| job.status()))
}
