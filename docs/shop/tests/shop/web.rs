//! What the shop says over HTTP.

use lunora::{Result, http::Method};
use serde_json::{Value as Json, json};
use shop::{api, schema::State};

use crate::{
    name,
    support::{address, payment_provider, shop, signature, user},
};

#[tokio::test]
async fn the_feed_has_what_costs_less() -> Result<()> {
    let app = shop().await?;
    let feed = async |address: &str| -> Result<Json> { app.http(Method::GET, address).send().await?.json() };
    assert_eq!(feed("/feed/kitchen?below=1000").await?[0]["sku"], json!("mug"));
    assert_eq!(feed("/feed/kitchen?below=900").await?, json!([]));
    let odd = app.http(Method::GET, "/feed/kitchen?below=cheap").send().await?;
    assert_eq!(odd.status(), 400);
    Ok(())
}

#[tokio::test]
async fn the_provider_is_believed_by_its_signature_alone() -> Result<()> {
    payment_provider();
    let app = shop().await?;
    let ada = app.as_user(user("ada")).client();
    let purchase = ada
        .mutation(api::purchases::buy(name("mug"), 1, address()))
        .await?;
    let event = json!({ "purchase": purchase, "paid": true }).to_string();
    let tell = async |signature: String| -> Result<u16> {
        let request = app.http(Method::POST, "/payments/webhook");
        let request = request.header("stripe-signature", signature).body(event.clone());
        Ok(request.send().await?.status())
    };

    let forged = signature(&event.replace("true", "false"), app.clock().now());
    assert_eq!(tell(forged).await?, 401);
    assert_eq!(ada.query(api::purchases::mine()).await?[0].state, State::Reserved);
    let signed = signature(&event, app.clock().now());
    assert_eq!(tell(signed).await?, 200);
    assert_eq!(ada.query(api::purchases::mine()).await?[0].state, State::Paid);
    Ok(())
}
