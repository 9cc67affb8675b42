//! The payment provider, as this server sees it.

use lunora::prelude::*;

use crate::schema::Plan;

/// What the provider knows about a customer.
#[data]
pub(crate) struct Remote {
    pub(crate) plan: Plan,
}

/// How a charge ended.
#[data]
pub(crate) struct Charge {
    pub(crate) succeeded: bool,
}

fn base() -> String {
    std::env::var("PAYMENT_PROVIDER").unwrap_or_else(|_| "http://127.0.0.1:4242".to_owned())
}

pub(crate) async fn customer(ctx: &ActionCtx, stripe_id: &str) -> Result<Remote> {
    let answer = ctx.fetch(format!("{}/v1/customers/{stripe_id}", base())).await?;
    Ok(answer.error_for_status()?.json().await?)
}

pub(crate) async fn charge(ctx: &ActionCtx, stripe_id: &str, plan: Plan) -> Result<Charge> {
    let charge = ctx
        .fetch(format!("{}/v1/customers/{stripe_id}/charges", base()))
        .post()
        .json(&plan);
    Ok(charge.await?.error_for_status()?.json().await?)
}
