//! The payment provider, as this server sees it.

use std::{sync::OnceLock, time::Duration};

use lunora::prelude::*;
use serde::{Deserialize, Serialize};

use crate::schema::Purchase;

static ADDRESS: OnceLock<String> = OnceLock::new();

/// Says where the provider is, once for this process. Without it the variable `PAYMENT_PROVIDER` does.
pub fn listens_on(address: impl Into<String>) {
    ADDRESS.get_or_init(|| address.into());
}

fn address() -> Result<String> {
    match ADDRESS.get() {
        Some(address) => Ok(address.clone()),
        None => Ok(std::env::var("PAYMENT_PROVIDER")?),
    }
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
        .fetch(format!("{}/charges", address()?))
        .post()
        .header("Idempotency-Key", purchase.to_string())
        .json(&Charge { card, cents })
        .timeout(Duration::from_secs(10))
        .await?;
    Ok(answer.error_for_status()?.json().await?)
}
