//! What the shop says to programs that are no clients of it.

use lunora::{http::Webhook, prelude::*};
use serde::Deserialize;

use crate::{api, internal, payments, schema::Purchase};

/// What may stand behind the `?` of a feed.
#[derive(Deserialize)]
struct Filter {
    /// Prices below this, in cents.
    below: Option<u32>,
}

/// What is in stock in a category, for other shops.
#[http_action(GET, "/feed/{category}")]
pub async fn feed(ctx: &ActionCtx, request: Request) -> Result<Response> {
    let category: String = request.path()?;
    let filter: Filter = request.query()?;
    let mut products = ctx.run_query(api::products::list(category)).await?;
    products.retain(|product| filter.below.is_none_or(|below| product.price < below));
    Ok(Response::json(&products).header("cache-control", "max-age=60"))
}

/// What the payment provider tells.
#[derive(Deserialize)]
struct Event {
    purchase: Id<Purchase>,
    paid: bool,
}

/// The payment provider tells how a charge ended that took longer.
#[http_action(POST, "/payments/webhook")]
pub async fn webhook(ctx: &ActionCtx, mut request: Request) -> Result<Response> {
    let signed = Webhook::stripe(payments::provider()?.secret)
        .verify(ctx, &mut request)
        .await?;
    let event: Event = serde_json::from_slice(&signed)?;
    let settled = if event.paid {
        ctx.run_mutation(internal::purchases::mark_paid(event.purchase))
    } else {
        ctx.run_mutation(internal::purchases::reopen(event.purchase))
    };
    settled.await?;
    Ok(Response::empty())
}
