//! Reports, which take longer than a caller wants to wait.

use std::time::Duration;

use lunora::prelude::*;

use crate::{
    internal, provider,
    schema::{Customer, Plan, Report},
};

/// Has a report made. It is under way when this returns, and made also if the server stops meanwhile.
#[mutation]
pub async fn request(ctx: &mut MutationCtx) -> Result<JobId> {
    ctx.scheduler()
        .run_after(Duration::ZERO, internal::reports::build())
        .retry(5, Duration::from_secs(10))
        .await
}

/// A report every Monday morning, also if nobody asks.
#[crons]
pub fn schedule() -> Crons {
    Crons::new()
        .cron("weekly report", cron!("0 9 * * MON"), internal::reports::build())
        .timezone("Europe/Berlin")
        .missed(Missed::CatchUp(1))
        .retry(5, Duration::from_secs(10))
}

/// How far a report is.
#[query]
pub async fn progress(ctx: &QueryCtx, job: JobId) -> Result<Option<JobStatus>> {
    Ok(ctx.scheduler().get(job).await?.map(|job| job.status()))
}

/// The newest report.
#[query]
pub async fn latest(ctx: &QueryCtx) -> Result<Option<Doc<Report>>> {
    ctx.db().query::<Report>().order(Order::Desc).first().await
}

/// Makes a report of what is here and what the provider has in its books.
#[internal_action]
pub async fn build(ctx: &ActionCtx) -> Result<()> {
    let charges = provider::books(ctx).await?.charges;
    ctx.run_mutation(internal::reports::store(charges)).await
}

/// Keeps a report. What it says about customers is as of its own commit.
#[internal_mutation]
pub async fn store(ctx: &mut MutationCtx, charges: u32) -> Result<()> {
    let customers = ctx.db().query::<Customer>().collect().await?;
    let paying = customers
        .iter()
        .filter(|customer| customer.plan == Plan::Professional)
        .count();
    let report = Report {
        customers: u32::try_from(customers.len())?,
        paying: u32::try_from(paying)?,
        charges,
    };
    ctx.db().insert(report).await?;
    Ok(())
}
