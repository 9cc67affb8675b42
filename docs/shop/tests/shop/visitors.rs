//! Who is in the shop.

use std::time::Duration;

use lunora::{Result, testing::TestApp};
use serde_json::json;
use shop::api;

#[tokio::test]
async fn whoever_is_connected_is_counted() -> Result<()> {
    let app = TestApp::new(shop::app())?;
    let mut visitors = app.client().watch(api::visitors::count())?;
    assert_eq!(visitors.next().await?, 0);

    let connection = app.connect().await?;
    assert_eq!(visitors.next().await?, 1);
    connection.disconnect().await?;
    assert_eq!(visitors.next().await?, 0);
    Ok(())
}

#[tokio::test]
async fn nobody_is_let_in_while_the_shop_is_closed() -> Result<()> {
    let app = TestApp::new(shop::app())?;
    // The hooks for the start run when time passes for the first time, and would open it again.
    app.advance(Duration::ZERO).await?;
    app.run("visitors:close", json!({ "reason": "back at noon" }))
        .await?;

    let refused = app.connect().await.unwrap_err();
    assert!(refused.to_string().contains("back at noon"), "{refused}");
    assert_eq!(app.query(api::visitors::count()).await?, 0);
    Ok(())
}

#[tokio::test]
async fn hooks_have_no_names_for_clients() -> Result<()> {
    let app = TestApp::new(shop::app())?;
    for hook in [
        "visitors:open",
        "visitors:door",
        "visitors:joined",
        "visitors:left",
    ] {
        let error = app.run(hook, json!({})).await.unwrap_err();
        assert!(error.to_string().contains("Could not find function"), "{error}");
    }
    Ok(())
}
