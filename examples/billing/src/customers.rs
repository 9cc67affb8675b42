//! Customers and their plans.

use lunora::prelude::*;

use crate::{
    internal, provider,
    schema::{Customer, Plan},
};

/// What a client is told when something does not happen.
#[data]
#[derive(Debug, Clone, PartialEq, AppError)]
#[serde(tag = "code")]
pub enum Billing {
    /// The payment provider refused the charge.
    Declined,
    /// There is a customer with this id already.
    AlreadyRegistered,
    /// The provider has no such ids: they are `cus_` and then letters, digits and underscores.
    InvalidId,
}

/// Adds a customer on the free plan.
#[mutation]
pub async fn register(ctx: &mut MutationCtx, stripe_id: String) -> Result<Id<Customer>> {
    if !provider::is_customer_id(&stripe_id) {
        Err(Billing::InvalidId)?;
    }
    let known = ctx
        .run_query(internal::customers::by_stripe_id(stripe_id.clone()))
        .await?;
    if known.is_some() {
        Err(Billing::AlreadyRegistered)?;
    }
    let plan = Plan::Free;
    ctx.db().insert(Customer { stripe_id, plan }).await
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
    let customer = registered(ctx, stripe_id).await?;
    let remote = provider::customer(ctx, &customer).await?;
    ctx.run_mutation(internal::customers::apply_stripe_sync(customer.id(), remote.plan))
        .await?;
    Ok(remote.plan)
}

/// Charges a customer for the professional plan, and puts them on it once the charge has gone through.
///
/// An action is no transaction: should the server stop between the two, the customer has paid and is not on the plan
/// yet. Calling it again charges nothing, since the provider knows the key, and puts them on it; so does
/// `syncCustomer`.
#[action]
pub async fn upgrade(ctx: &ActionCtx, stripe_id: String) -> Result<Plan> {
    let customer = registered(ctx, stripe_id).await?;
    let key = format!("{}-professional", customer.id());
    let receipt = provider::charge(ctx, &customer, Plan::Professional, &key).await?;
    if !receipt.succeeded {
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

async fn registered(ctx: &ActionCtx, stripe_id: String) -> Result<Doc<Customer>> {
    let customer = ctx
        .run_query(internal::customers::by_stripe_id(stripe_id))
        .await?;
    customer.ok_or_else(|| Error::not_found("customer"))
}
