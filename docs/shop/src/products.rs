//! What there is to buy.

use lunora::prelude::*;

use crate::{errors::Refusal, internal, schema::Product};

/// The products of a category, cheapest first.
#[query]
pub async fn list(ctx: &QueryCtx, category: String) -> Result<Vec<Doc<Product>>> {
    ctx.db()
        .query::<Product>()
        .with_index(Product::by_category().eq(&category))
        .take(100)
        .await
}

/// The products of a category that cost from `least` to less than `most` cents, dearest first.
#[query]
pub async fn priced(ctx: &QueryCtx, category: String, least: u32, most: u32) -> Result<Vec<Doc<Product>>> {
    ctx.db()
        .query::<Product>()
        .with_index(Product::by_category().eq(&category).gte(least).lt(most))
        .order(Order::Desc)
        .filter(|product| product.stock > 0)
        .take(20)
        .await
}

/// All products, page by page.
#[query]
pub async fn page(ctx: &QueryCtx, pagination_opts: PaginationOptions) -> Result<Page<Doc<Product>>> {
    ctx.db().query::<Product>().paginate(pagination_opts).await
}

/// Looks a product up by its short name.
#[internal_query]
pub async fn by_sku(ctx: &QueryCtx, sku: String) -> Result<Option<Doc<Product>>> {
    ctx.db()
        .query::<Product>()
        .with_index(Product::by_sku().eq(&sku))
        .unique()
        .await
}

/// Adds a product that nobody has yet.
#[internal_mutation]
pub async fn add(ctx: &mut MutationCtx, sku: String, category: String, price: u32) -> Result<Id<Product>> {
    let product = Product {
        sku,
        category,
        price,
        stock: 0,
        label: None,
    };
    ctx.db().insert(product).await
}

/// Labels what will soon be gone.
#[internal_mutation]
pub async fn label_last_ones(ctx: &mut MutationCtx) -> Result<()> {
    let products = ctx.db().query::<Product>().collect().await?;
    for product in products.iter().filter(|product| product.stock <= 3) {
        let label = Product::patch().label(Some("last ones".to_owned()));
        ctx.db().patch(product.id(), label).await?;
    }
    Ok(())
}

/// Sets the price of a product.
#[internal_mutation]
pub async fn set_price(ctx: &mut MutationCtx, sku: String, price: u32) -> Result<()> {
    let product = ctx.run_query(internal::products::by_sku(sku)).await?;
    let product = product.ok_or(Refusal::UnknownProduct)?;
    ctx.db().patch(product.id(), Product::patch().price(price)).await
}

/// Puts more of a product on the shelf.
#[internal_mutation]
pub async fn restock(ctx: &mut MutationCtx, sku: String, count: u32) -> Result<u32> {
    let product = ctx.run_query(internal::products::by_sku(sku)).await?;
    let product = product.ok_or(Refusal::UnknownProduct)?;
    let stock = product.stock.saturating_add(count);
    ctx.db()
        .patch(product.id(), Product::patch().stock(stock).unset_label())
        .await?;
    Ok(stock)
}

/// Puts a delivery of several products on the shelves: all of it or nothing.
#[internal_mutation]
pub async fn receive(ctx: &mut MutationCtx, delivery: Vec<Item>) -> Result<()> {
    for Item { sku, count } in delivery {
        ctx.run_mutation(internal::products::restock(sku, count)).await?;
    }
    Ok(())
}

/// The same, but what is not known here is left out. Returns what was.
#[internal_mutation]
pub async fn receive_known(ctx: &mut MutationCtx, delivery: Vec<Item>) -> Result<Vec<String>> {
    let mut unknown = Vec::new();
    for Item { sku, count } in delivery {
        let stocked = ctx.run_mutation(internal::products::restock(sku.clone(), count));
        match stocked.await {
            Err(error) if error.app() == Some(Refusal::UnknownProduct) => unknown.push(sku),
            stocked => drop(stocked?),
        }
    }
    Ok(unknown)
}

/// A line of a delivery.
#[data]
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// Which product.
    pub sku: String,
    /// How many.
    pub count: u32,
}
