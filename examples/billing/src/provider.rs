//! The payment provider, as this server sees it.

use std::sync::OnceLock;

use lunora::prelude::*;

use crate::schema::{Customer, Plan};

/// What the provider knows about a customer.
#[data]
pub(crate) struct Remote {
    pub(crate) plan: Plan,
}

/// What to charge for.
#[data]
pub(crate) struct Order {
    pub(crate) plan: Plan,
}

/// How a charge ended.
#[data]
pub(crate) struct Receipt {
    pub(crate) succeeded: bool,
}

/// What the provider's books say.
#[data]
pub(crate) struct Books {
    pub(crate) charges: u32,
}

/// A change at the provider. It may arrive late or twice, so it says who has changed, and not how.
#[data]
pub(crate) struct Event {
    pub(crate) customer: String,
}

static ADDRESS: OnceLock<String> = OnceLock::new();

/// Says where the provider is, once for this process: a test that has one of its own does, before its first call.
/// Without it the provider is where the environment variable `PAYMENT_PROVIDER` says, or else where the fake one
/// of this example listens.
pub fn listens_on(address: impl Into<String>) {
    ADDRESS.get_or_init(|| address.into());
}

fn address() -> &'static str {
    ADDRESS.get_or_init(|| {
        std::env::var("PAYMENT_PROVIDER").unwrap_or_else(|_| "http://127.0.0.1:4242".to_owned())
    })
}

/// What the provider signs its webhooks with: the environment variable `WEBHOOK_SECRET`, or else the secret of the fake
/// one, which everybody knows.
pub fn webhook_secret() -> String {
    std::env::var("WEBHOOK_SECRET").unwrap_or_else(|_| "whsec_fake".to_owned())
}

/// Whether `id` can be the name of a customer at the provider. It becomes part of a URL, and whoever registers
/// chooses it: nothing in it may mean something there.
pub(crate) fn is_customer_id(id: &str) -> bool {
    id.strip_prefix("cus_").is_some_and(|name| {
        !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    })
}

pub(crate) async fn customer(ctx: &ActionCtx, customer: &Customer) -> Result<Remote> {
    let answer = ctx.fetch(url(customer)).await?;
    Ok(answer.error_for_status()?.json().await?)
}

/// Charges for `plan`. The key lets the provider charge once, however often it is asked.
pub(crate) async fn charge(ctx: &ActionCtx, customer: &Customer, plan: Plan, key: &str) -> Result<Receipt> {
    let charge = ctx
        .fetch(format!("{}/charges", url(customer)))
        .post()
        .header("Idempotency-Key", key)
        .json(&Order { plan });
    Ok(charge.await?.error_for_status()?.json().await?)
}

pub(crate) async fn books(ctx: &ActionCtx) -> Result<Books> {
    let answer = ctx.fetch(format!("{}/v1/books", address())).await?;
    Ok(answer.error_for_status()?.json().await?)
}

fn url(customer: &Customer) -> String {
    format!("{}/v1/customers/{}", address(), customer.stripe_id)
}
