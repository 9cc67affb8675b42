//! What the shop promises, on the real engine inside this process.

mod jobs;
mod support;
mod visitors;
mod web;

use lunora::{Error, PaginationOptions, Result, UniqueViolation};
use serde_json::json;
use shop::{api, errors::Refusal, schema::State};
use support::{address, payment_provider, shop, user};

fn name(text: &str) -> String {
    text.to_owned()
}

fn refusal(error: &Error) -> Option<Refusal> {
    error.app()
}

#[tokio::test]
async fn a_purchase_sets_stock_aside() -> Result<()> {
    let app = shop().await?;
    let ada = app.as_user(user("ada")).client();
    ada.mutation(api::purchases::buy(name("mug"), 2, address()))
        .await?;

    let mugs = ada.query(api::products::list(name("kitchen"))).await?;
    assert_eq!(mugs[0].stock, 1);
    let mine = ada.query(api::purchases::mine()).await?;
    assert_eq!(mine[0].state, State::Reserved);
    Ok(())
}

#[tokio::test]
async fn nobody_gets_what_is_not_there() -> Result<()> {
    let app = shop().await?;
    let ada = app.as_user(user("ada")).client();
    let refused = ada.mutation(api::purchases::buy(name("mug"), 4, address())).await;
    assert_eq!(
        refusal(&refused.unwrap_err()),
        Some(Refusal::OutOfStock { left: 3 })
    );
    assert_eq!(ada.query(api::purchases::mine()).await?, []);
    Ok(())
}

#[tokio::test]
async fn a_watched_query_tells_each_new_result() -> Result<()> {
    let app = shop().await?;
    let ada = app.as_user(user("ada")).client();
    let mut mugs = app.client().watch(api::products::list(name("kitchen")))?;
    assert_eq!(mugs.next().await?[0].stock, 3);

    ada.mutation(api::purchases::buy(name("mug"), 1, address()))
        .await?;
    assert_eq!(mugs.next().await?[0].stock, 2);
    Ok(())
}

#[tokio::test]
async fn payment_follows_the_card() -> Result<()> {
    payment_provider();
    let app = shop().await?;
    let ada = app.as_user(user("ada")).client();
    let purchase = ada
        .mutation(api::purchases::buy(name("mug"), 1, address()))
        .await?;

    let refused = ada.action(api::purchases::pay(purchase, name("declined"))).await;
    assert_eq!(refusal(&refused.unwrap_err()), Some(Refusal::CardDeclined));
    ada.action(api::purchases::pay(purchase, name("4242"))).await?;
    assert_eq!(ada.query(api::purchases::mine()).await?[0].state, State::Paid);
    let canceled = ada.mutation(api::purchases::cancel(purchase)).await;
    assert_eq!(refusal(&canceled.unwrap_err()), Some(Refusal::TooLate));
    Ok(())
}

#[tokio::test]
async fn what_is_not_ones_own_is_not_there() -> Result<()> {
    let app = shop().await?;
    let ada = app.as_user(user("ada")).client();
    let purchase = ada
        .mutation(api::purchases::buy(name("mug"), 1, address()))
        .await?;

    let mallory = app.as_user(user("mallory")).client();
    let refused = mallory.mutation(api::purchases::cancel(purchase)).await;
    assert_eq!(refusal(&refused.unwrap_err()), Some(Refusal::UnknownPurchase));
    let anonymous = app.client().query(api::purchases::mine()).await.unwrap_err();
    assert!(anonymous.to_string().contains("unauthenticated"), "{anonymous}");
    Ok(())
}

#[tokio::test]
async fn a_delivery_arrives_whole_or_not_at_all() -> Result<()> {
    let app = shop().await?;
    let delivery = json!({ "delivery": [{ "sku": "mug", "count": 5 }, { "sku": "spoon", "count": 5 }] });
    let failed = app.run("products:receive", delivery.clone()).await;
    assert_eq!(refusal(&failed.unwrap_err()), Some(Refusal::UnknownProduct));
    let client = app.client();
    let kitchen = || client.query(api::products::list(name("kitchen")));
    assert_eq!(kitchen().await?[0].stock, 3);

    let unknown: Vec<String> = app.run_as("products:receiveKnown", delivery).await?;
    assert_eq!(unknown, ["spoon"]);
    assert_eq!(kitchen().await?[0].stock, 8);
    Ok(())
}

#[tokio::test]
async fn a_short_name_is_taken_once() -> Result<()> {
    let app = shop().await?;
    let mug = json!({ "sku": "mug", "category": "garden", "price": 1 });
    let error = app.run("products:add", mug).await.unwrap_err();
    let violation = error
        .downcast_ref::<UniqueViolation>()
        .expect("it names the index");
    assert!(violation.to_string().contains("by_sku"), "{violation}");
    Ok(())
}

#[tokio::test]
async fn products_come_by_price_and_page_by_page() -> Result<()> {
    let app = shop().await?;
    for (sku, price) in [("bowl", 700), ("pan", 4_500), ("wok", 9_000)] {
        let product = json!({ "sku": sku, "category": "kitchen", "price": price });
        app.run("products:add", product).await?;
        app.run("products:restock", json!({ "sku": sku, "count": 1 }))
            .await?;
    }
    let client = app.client();
    let priced = client
        .query(api::products::priced(name("kitchen"), 900, 9_000))
        .await?;
    let skus: Vec<_> = priced.iter().map(|product| &*product.sku).collect();
    assert_eq!(skus, ["pan", "mug"]);

    let first = client
        .query(api::products::page(PaginationOptions::first(3)))
        .await?;
    let rest = PaginationOptions::after(first.continue_cursor, 3);
    let rest = client.query(api::products::page(rest)).await?;
    assert_eq!((first.page.len(), rest.page.len(), rest.is_done), (3, 1, true));
    Ok(())
}

#[tokio::test]
async fn prices_are_set_by_those_who_work_here() -> Result<()> {
    let app = shop().await?;
    let price = || api::staff::set_price(name("mug"), 1_000);
    let refused = app.as_user(user("ada")).client().mutation(price()).await;
    assert_eq!(refusal(&refused.unwrap_err()), Some(Refusal::StaffOnly));

    let grace = user("grace").with_claim("roles", ["staff"]);
    app.as_user(grace).client().mutation(price()).await?;
    let mugs = app.client().query(api::products::list(name("kitchen"))).await?;
    assert_eq!(mugs[0].price, 1_000);
    Ok(())
}
