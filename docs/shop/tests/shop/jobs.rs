//! What the shop calls itself.

use std::time::Duration;

use lunora::{JobState, Result};
use shop::{api, errors::Refusal, schema::State};

use crate::{
    name, refusal,
    support::{address, has_receipt, payment_provider, shop, user},
};

#[tokio::test]
async fn what_nobody_pays_for_goes_back_on_the_shelf() -> Result<()> {
    let app = shop().await?;
    let ada = app.as_user(user("ada")).client();
    ada.mutation(api::purchases::buy(name("mug"), 2, address()))
        .await?;
    app.advance(Duration::from_mins(14)).await?;
    assert_eq!(ada.query(api::purchases::mine()).await?[0].state, State::Reserved);

    app.advance(Duration::from_mins(1)).await?;
    assert_eq!(ada.query(api::purchases::mine()).await?[0].state, State::Canceled);
    let mugs = ada.query(api::products::list(name("kitchen"))).await?;
    assert_eq!(mugs[0].stock, 3);
    Ok(())
}

#[tokio::test]
async fn what_is_paid_stays_and_has_a_receipt() -> Result<()> {
    payment_provider();
    let app = shop().await?;
    let ada = app.as_user(user("ada")).client();
    let purchase = ada
        .mutation(api::purchases::buy(name("mug"), 1, address()))
        .await?;
    ada.action(api::purchases::pay(purchase, name("4242"))).await?;
    assert!(!has_receipt(purchase));
    app.advance(Duration::from_hours(1)).await?;
    assert!(has_receipt(purchase));
    assert_eq!(ada.query(api::purchases::mine()).await?[0].state, State::Paid);
    Ok(())
}

#[tokio::test]
async fn a_planned_price_comes_in_its_time_or_is_taken_back() -> Result<()> {
    let app = shop().await?;
    let grace = app.as_user(user("grace").with_claim("roles", ["staff"])).client();
    let tomorrow = app.clock().now() + Duration::from_hours(24);
    let plan = |price| grace.mutation(api::staff::plan_price(name("mug"), price, tomorrow));
    let (dear, cheap) = (plan(2_000).await?, plan(800).await?);
    assert!(grace.mutation(api::staff::drop_price(dear)).await?);

    app.advance(Duration::from_hours(24)).await?;
    let mugs = grace.query(api::products::list(name("kitchen"))).await?;
    assert_eq!(mugs[0].price, 800);
    let status = grace.query(api::staff::planned(cheap)).await?;
    assert_eq!(status.map(|status| status.state), Some(JobState::Succeeded));
    assert!(
        !grace.mutation(api::staff::drop_price(cheap)).await?,
        "it is too late"
    );
    let ada = app.as_user(user("ada")).client();
    let refused = ada.query(api::staff::planned(cheap)).await;
    assert_eq!(refusal(&refused.unwrap_err()), Some(Refusal::StaffOnly));
    Ok(())
}

#[tokio::test]
async fn labels_are_up_before_the_shop_opens() -> Result<()> {
    let app = shop().await?;
    let label = async || -> Result<Option<String>> {
        let mugs = app.query(api::products::list(name("kitchen"))).await?;
        Ok(mugs[0].label.clone())
    };
    // The clock begins on a Tuesday at midnight, which is 1 o'clock in Berlin.
    app.advance(Duration::from_mins(6 * 60 + 59)).await?;
    assert_eq!(label().await?, None);
    app.advance(Duration::from_mins(1)).await?;
    assert_eq!(label().await?, Some(name("last ones")));
    Ok(())
}
