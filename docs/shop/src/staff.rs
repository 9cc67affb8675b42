//! What those do who work here.

use lunora::prelude::*;
use serde::Deserialize;

use crate::{errors::Refusal, internal, schema::Product};

/// What a token says beside who its user is.
#[derive(Deserialize)]
struct Claims {
    /// Left out for customers.
    #[serde(default)]
    roles: Vec<String>,
}

/// Sets the price of a product, in cents.
#[mutation]
pub async fn set_price(ctx: &mut MutationCtx, sku: String, price: u32) -> Result<()> {
    let claims: Claims = ctx.auth().require()?.claims()?;
    if !claims.roles.iter().any(|role| role == "staff") {
        Err(Refusal::StaffOnly)?;
    }
    let product = ctx.run_query(internal::products::by_sku(sku)).await?;
    let product = product.ok_or(Refusal::UnknownProduct)?;
    ctx.db().patch(product.id(), Product::patch().price(price)).await
}
