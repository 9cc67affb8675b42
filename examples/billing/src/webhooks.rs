//! What the payment provider tells.

use lunora::{http::Webhook, prelude::*};

use crate::{
    api,
    provider::{self, Event},
};

/// Something has changed at the provider. Whoever else sends this has no signature.
#[http_action(POST, "/stripe/webhook")]
pub async fn webhook(ctx: &ActionCtx, mut request: Request) -> Result<Response> {
    let signed = Webhook::stripe(provider::webhook_secret())
        .verify(ctx, &mut request)
        .await?;
    let event: Event = serde_json::from_slice(&signed)?;
    ctx.run_action(api::customers::sync_customer(event.customer))
        .await?;
    Ok(Response::empty())
}
