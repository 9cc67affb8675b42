//! Customers and their plans.

use lunora::prelude::*;

use crate::{
    internal, provider,
    schema::{Customer, Plan},
};

/// Why an upgrade does not happen.
#[data]
#[derive(Debug, Clone, PartialEq, AppError)]
#[serde(tag = "code")]
pub enum Billing {
    /// The payment provider refused the charge.
    Declined,
    /// There is a customer with this id already.
    AlreadyRegistered,
}

/// Adds a customer on the free plan.
#[mutation]
pub async fn register(ctx: &mut MutationCtx, stripe_id: String) -> Result<Id<Customer>> {
    let known = ctx
        .run_query(internal::customers::by_stripe_id(stripe_id.clone()))
        .await?;
    if known.is_some() {
        Err(Billing::AlreadyRegistered)?;
    }
    ctx.db()
        .insert(Customer {
            stripe_id,
            plan: Plan::Free,
        })
        .await
}

/// The plan that a customer is on.
#[query]
pub async fn plan(ctx: &QueryCtx, stripe_id: String) -> Result<Plan> {
    let customer = ctx
        .run_query(internal::customers::by_stripe_id(stripe_id))
        .await?;
    Ok(customer.ok_or_else(|| Error::not_found("customer"))?.plan)
}

/// Takes over what the payment provider knows about a customer.
#[action]
pub async fn sync_customer(ctx: &ActionCtx, stripe_id: String) -> Result<Plan> {
    let customer = known(ctx, &stripe_id).await?;
    let remote = provider::customer(ctx, &stripe_id).await?;
    ctx.run_mutation(internal::customers::apply_stripe_sync(customer.id(), remote.plan))
        .await?;
    Ok(remote.plan)
}

/// Charges a customer for the professional plan, and puts them on it once the charge has gone through.
#[action]
pub async fn upgrade(ctx: &ActionCtx, stripe_id: String) -> Result<Plan> {
    let customer = known(ctx, &stripe_id).await?;
    if !provider::charge(ctx, &stripe_id, Plan::Professional)
        .await?
        .succeeded
    {
        Err(Billing::Declined)?;
    }
    ctx.run_mutation(internal::customers::apply_stripe_sync(
        customer.id(),
        Plan::Professional,
    ))
    .await?;
    Ok(Plan::Professional)
}

/// Looks a customer up by the payment provider's id.
#[internal_query]
pub async fn by_stripe_id(ctx: &QueryCtx, stripe_id: String) -> Result<Option<Doc<Customer>>> {
    ctx.db()
        .query::<Customer>()
        .with_index(Customer::by_stripe_id().eq(&stripe_id))
        .unique()
        .await
}

/// Puts a customer on a plan. A client that could call this would have the product for free.
#[internal_mutation]
pub async fn apply_stripe_sync(ctx: &mut MutationCtx, id: Id<Customer>, plan: Plan) -> Result<()> {
    ctx.db().patch(id, Customer::patch().plan(plan)).await
}

async fn known(ctx: &ActionCtx, stripe_id: &str) -> Result<Doc<Customer>> {
    let customer = ctx
        .run_query(internal::customers::by_stripe_id(stripe_id.to_owned()))
        .await?;
    customer.ok_or_else(|| Error::not_found("customer"))
}
