//! The payment provider, as this server sees it.

use std::{sync::OnceLock, time::Duration};

use lunora::prelude::*;
use serde::{Deserialize, Serialize};

use crate::schema::Purchase;

/// Where the provider is, and what it signs its webhooks with.
#[derive(Debug, Clone)]
pub struct Provider {
    /// The beginning of its addresses.
    pub address: String,
    /// The secret that it shares with this server.
    pub secret: String,
}

static PROVIDER: OnceLock<Provider> = OnceLock::new();

/// Says who the provider is, once for this process. Without it `PAYMENT_PROVIDER` and `PAYMENT_SECRET` do.
pub fn are_made_by(provider: Provider) {
    PROVIDER.get_or_init(|| provider);
}

/// Who the provider is.
pub(crate) fn provider() -> Result<Provider> {
    if let Some(provider) = PROVIDER.get() {
        return Ok(provider.clone());
    }
    Ok(Provider {
        address: std::env::var("PAYMENT_PROVIDER")?,
        secret: std::env::var("PAYMENT_SECRET")?,
    })
}

/// What is asked of the provider.
#[derive(Serialize)]
struct Charge<'a> {
    card: &'a str,
    cents: u64,
}

/// What it answers.
#[derive(Deserialize)]
pub(crate) struct Receipt {
    pub(crate) succeeded: bool,
}

/// Charges a card, once for a purchase, however often it is asked.
pub(crate) async fn charge(
    ctx: &ActionCtx,
    purchase: Id<Purchase>,
    card: &str,
    cents: u64,
) -> Result<Receipt> {
    let answer = ctx
        .fetch(format!("{}/charges", provider()?.address))
        .post()
        .header("Idempotency-Key", purchase.to_string())
        .json(&Charge { card, cents })
        .timeout(Duration::from_secs(10))
        .await?;
    Ok(answer.error_for_status()?.json().await?)
}

/// Has the receipt of a purchase mailed, once for a job.
pub(crate) async fn send_receipt(ctx: &ActionCtx, purchase: Id<Purchase>, job: JobId) -> Result<()> {
    let answer = ctx
        .fetch(format!("{}/receipts", provider()?.address))
        .post()
        .header("Idempotency-Key", job.to_string())
        .json(&[purchase])
        .await?;
    answer.error_for_status()?;
    Ok(())
}
