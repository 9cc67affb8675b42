//! The payment provider, as this server sees it.

use lunora::prelude::*;

use crate::schema::Plan;

/// What the provider knows about a customer.
#[data]
pub struct Remote {
    pub plan: Plan,
}

/// How a charge ended.
#[data]
pub struct Charge {
    pub succeeded: bool,
}

fn base() -> String {
    std::env::var("PAYMENT_PROVIDER").unwrap_or_else(|_| "http://127.0.0.1:4242".to_owned())
}

pub async fn customer(ctx: &ActionCtx, stripe_id: &str) -> Result<Remote> {
    let answer = ctx.fetch(format!("{}/v1/customers/{stripe_id}", base())).await?;
    Ok(answer.error_for_status()?.json().await?)
}

pub async fn charge(ctx: &ActionCtx, stripe_id: &str, plan: Plan) -> Result<Charge> {
    let charge = ctx.fetch(format!("{}/v1/customers/{stripe_id}/charges", base())).post().json(&plan);
    Ok(charge.await?.error_for_status()?.json().await?)
}
