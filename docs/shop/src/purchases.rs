//! Who bought what.

use std::time::Duration;

use lunora::prelude::*;

use crate::{
    errors::Refusal,
    internal, payments,
    schema::{Address, Product, Purchase, State},
};

/// How long stock is set aside for somebody who has not paid.
const RESERVED_FOR: Duration = Duration::from_mins(15);

/// Orders something: the stock is set aside until it is paid for.
#[mutation]
pub async fn buy(
    ctx: &mut MutationCtx,
    sku: String,
    quantity: u32,
    address: Address,
) -> Result<Id<Purchase>> {
    let customer = ctx.auth().require()?.token_identifier.clone();
    let product = ctx.run_query(internal::products::by_sku(sku)).await?;
    let product = product.ok_or(Refusal::UnknownProduct)?;
    let stock = product.stock.checked_sub(quantity);
    let stock = stock.ok_or(Refusal::OutOfStock { left: product.stock })?;
    ctx.db()
        .patch(product.id(), Product::patch().stock(stock))
        .await?;
    let purchase = Purchase {
        customer,
        product: product.id(),
        quantity,
        state: State::Reserved,
        address,
    };
    let purchase = ctx.db().insert(purchase).await?;
    ctx.scheduler()
        .run_after(RESERVED_FOR, internal::purchases::expire(purchase))
        .await?;
    Ok(purchase)
}

/// Lets a purchase go that nobody has paid for in time.
#[internal_mutation]
pub async fn expire(ctx: &mut MutationCtx, id: Id<Purchase>) -> Result<()> {
    let purchase = ctx.db().get(id).await?;
    if purchase.is_some_and(|purchase| purchase.state == State::Reserved) {
        ctx.run_mutation(internal::purchases::release(id)).await?;
    }
    Ok(())
}

/// The caller's purchases, newest first.
#[query]
pub async fn mine(ctx: &QueryCtx) -> Result<Vec<Doc<Purchase>>> {
    let customer = &ctx.auth().require()?.token_identifier;
    ctx.db()
        .query::<Purchase>()
        .with_index(Purchase::by_customer().eq(customer))
        .order(Order::Desc)
        .take(50)
        .await
}

/// Pays for a purchase of the caller.
///
/// An action is no transaction. So the purchase says that it is being paid for before the card is charged, and nobody
/// can cancel it meanwhile. If the server stops in between, paying again charges nothing twice: the provider knows the
/// purchase.
#[action]
pub async fn pay(ctx: &ActionCtx, purchase: Id<Purchase>, card: String) -> Result<()> {
    let cents = ctx
        .run_mutation(internal::purchases::begin_payment(purchase))
        .await?;
    if !payments::charge(ctx, purchase, &card, cents).await?.succeeded {
        ctx.run_mutation(internal::purchases::reopen(purchase)).await?;
        Err(Refusal::CardDeclined)?;
    }
    ctx.run_mutation(internal::purchases::mark_paid(purchase)).await
}

/// Notes that the caller is paying. Returns what they owe, in cents.
#[internal_mutation]
pub async fn begin_payment(ctx: &mut MutationCtx, id: Id<Purchase>) -> Result<u64> {
    let purchase = own(ctx, id).await?;
    if !matches!(purchase.state, State::Reserved | State::Paying) {
        Err(Refusal::TooLate)?;
    }
    let product = ctx.db().get(purchase.product).await?;
    let price = product.ok_or(Refusal::UnknownProduct)?.price;
    ctx.db().patch(id, Purchase::patch().state(State::Paying)).await?;
    Ok(u64::from(purchase.quantity) * u64::from(price))
}

/// The card was refused: another one may be tried.
#[internal_mutation]
pub async fn reopen(ctx: &mut MutationCtx, id: Id<Purchase>) -> Result<()> {
    if state(ctx, id).await? != State::Paying {
        return Ok(());
    }
    ctx.db().patch(id, Purchase::patch().state(State::Reserved)).await
}

/// Whoever could call this one would have everything for nothing. Told twice, it does nothing twice.
#[internal_mutation]
pub async fn mark_paid(ctx: &mut MutationCtx, id: Id<Purchase>) -> Result<()> {
    if state(ctx, id).await? == State::Paid {
        return Ok(());
    }
    ctx.db().patch(id, Purchase::patch().state(State::Paid)).await?;
    ctx.scheduler()
        .run_after(Duration::ZERO, internal::receipts::send(id))
        .retry(5, Duration::from_secs(10))
        .await?;
    Ok(())
}

async fn state(ctx: &QueryCtx, id: Id<Purchase>) -> Result<State> {
    let purchase = ctx.db().get(id).await?;
    Ok(purchase.ok_or(Refusal::UnknownPurchase)?.state)
}

/// Lets a purchase go that is not paid for.
#[mutation]
pub async fn cancel(ctx: &mut MutationCtx, purchase: Id<Purchase>) -> Result<()> {
    own(ctx, purchase).await?;
    ctx.run_mutation(internal::purchases::release(purchase)).await
}

/// Puts the stock of a purchase that is not paid for back on the shelf.
#[internal_mutation]
pub async fn release(ctx: &mut MutationCtx, id: Id<Purchase>) -> Result<()> {
    let purchase = ctx.db().get(id).await?.ok_or(Refusal::UnknownPurchase)?;
    if purchase.state != State::Reserved {
        Err(Refusal::TooLate)?;
    }
    let product = ctx
        .db()
        .get(purchase.product)
        .await?
        .ok_or(Refusal::UnknownProduct)?;
    let stock = product.stock.saturating_add(purchase.quantity);
    ctx.db()
        .patch(purchase.product, Product::patch().stock(stock))
        .await?;
    ctx.db().patch(id, Purchase::patch().state(State::Canceled)).await
}

/// A purchase, if it is the caller's. That there is one of somebody else's is not told.
async fn own(ctx: &QueryCtx, id: Id<Purchase>) -> Result<Doc<Purchase>> {
    let customer = &ctx.auth().require()?.token_identifier;
    let purchase = ctx.db().get(id).await?;
    let purchase = purchase.filter(|purchase| &purchase.customer == customer);
    Ok(purchase.ok_or(Refusal::UnknownPurchase)?)
}
