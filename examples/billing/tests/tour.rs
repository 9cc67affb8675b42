//! The scenario of the README, on the real engine inside this process, with the payment provider beside it.

#[path = "../src/bin/payment-provider/routes.rs"]
mod payment_provider;
#[path = "../src/bin/payment-provider/webhooks.rs"]
mod webhooks;

use std::{iter, net::TcpListener, sync::Once, thread, time::Duration};

use billing::{
    api,
    customers::Billing,
    provider,
    schema::{Customer, Plan},
};
use lunora::{
    Error, Id, JobState, Result, Value,
    http::Method,
    testing::{TestApp, TestClient},
};
use serde_json::json;

/// The backend, with one payment provider for all tests of this file: they take different customers.
fn app() -> Result<TestApp> {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        provider::listens_on(format!("http://{address}"));
        thread::spawn(move || serve_payments(listener));
    });
    TestApp::new(billing::app())
}

/// On a thread and runtime of its own, since those of a test end with it.
#[tokio::main(flavor = "current_thread")]
async fn serve_payments(listener: TcpListener) -> std::io::Result<()> {
    listener.set_nonblocking(true)?;
    let listener = tokio::net::TcpListener::from_std(listener)?;
    axum::serve(listener, payment_provider::routes()).await
}

fn name(id: &str) -> String {
    id.to_owned()
}

fn refusal(error: &Error) -> Option<Billing> {
    error.app()
}

#[tokio::test]
async fn a_customer_pays_and_is_on_the_plan() -> Result<()> {
    let app = app()?;
    let client = app.client();
    client.mutation(api::customers::register(name("cus_ada"))).await?;
    assert_eq!(
        client.query(api::customers::plan(name("cus_ada"))).await?,
        Plan::Free
    );
    client.action(api::customers::upgrade(name("cus_ada"))).await?;
    assert_eq!(
        client.query(api::customers::plan(name("cus_ada"))).await?,
        Plan::Professional
    );
    Ok(())
}

#[tokio::test]
async fn a_declined_charge_changes_nothing() -> Result<()> {
    let app = app()?;
    let client = app.client();
    client
        .mutation(api::customers::register(name("cus_declined")))
        .await?;
    let upgrade = client.action(api::customers::upgrade(name("cus_declined"))).await;
    assert_eq!(refusal(&upgrade.unwrap_err()), Some(Billing::Declined));
    assert_eq!(
        client.query(api::customers::plan(name("cus_declined"))).await?,
        Plan::Free
    );
    Ok(())
}

#[tokio::test]
async fn a_sync_takes_over_what_the_provider_knows() -> Result<()> {
    let app = app()?;
    let client = app.client();
    let id = client
        .mutation(api::customers::register(name("cus_grace")))
        .await?;
    client.action(api::customers::upgrade(name("cus_grace"))).await?;
    put_on(&app, id, Plan::Free).await?;
    client
        .action(api::customers::sync_customer(name("cus_grace")))
        .await?;
    assert_eq!(
        client.query(api::customers::plan(name("cus_grace"))).await?,
        Plan::Professional
    );
    Ok(())
}

/// What the server itself can do. This crate cannot name `internal`, so it takes the wire name.
async fn put_on(app: &TestApp, id: Id<Customer>, plan: Plan) -> Result<()> {
    let args = json!({ "id": id, "plan": plan });
    app.run_as("customers:applyStripeSync", args).await
}

#[tokio::test]
async fn a_client_cannot_put_itself_on_a_plan() -> Result<()> {
    let client = app()?.client();
    client
        .mutation(api::customers::register(name("cus_mallory")))
        .await?;
    let [internal, missing] = [
        refused(&client, "customers:applyStripeSync").await,
        refused(&client, "customers:noSuchFunction").await,
    ];
    assert_eq!(internal.replace("applyStripeSync", "noSuchFunction"), missing);
    assert_eq!(
        client.query(api::customers::plan(name("cus_mallory"))).await?,
        Plan::Free
    );
    Ok(())
}

/// What a client reads that calls a function by its name, as anybody with curl can.
async fn refused(client: &TestClient, path: &str) -> String {
    let answer = client
        .send(path, None, iter::empty::<(String, Value)>().collect())
        .await;
    answer.unwrap_err().to_string()
}

#[tokio::test]
async fn a_customer_registers_once() -> Result<()> {
    let app = app()?;
    let client = app.client();
    client
        .mutation(api::customers::register(name("cus_linus")))
        .await?;
    let again = client.mutation(api::customers::register(name("cus_linus"))).await;
    assert_eq!(refusal(&again.unwrap_err()), Some(Billing::AlreadyRegistered));
    Ok(())
}

#[tokio::test]
async fn an_id_that_would_lead_elsewhere_is_refused() -> Result<()> {
    let client = app()?.client();
    for id in ["", "cus_", "cus_../admin", "cus_a?plan=professional", "ada"] {
        let registered = client.mutation(api::customers::register(name(id))).await;
        assert_eq!(
            refusal(&registered.unwrap_err()),
            Some(Billing::InvalidId),
            "{id}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn a_report_is_made_by_a_job() -> Result<()> {
    let app = app()?;
    let client = app.client();
    client.mutation(api::customers::register(name("cus_ida"))).await?;
    client.action(api::customers::upgrade(name("cus_ida"))).await?;
    let job = client.mutation(api::reports::request()).await?;
    assert_eq!(client.query(api::reports::latest()).await?, None);
    app.advance(Duration::ZERO).await?;
    let report = client.query(api::reports::latest()).await?;
    let report = report.expect("it has been made");
    assert_eq!((report.customers, report.paying), (1, 1));
    let status = client.query(api::reports::progress(job)).await?;
    assert_eq!(status.map(|status| status.state), Some(JobState::Succeeded));
    Ok(())
}

/// The clock of a test begins on Tuesday, 1 January 2030, at midnight in UTC: 9 o'clock on Monday in Berlin is 8 there.
#[tokio::test]
async fn a_report_comes_every_monday() -> Result<()> {
    let app = app()?;
    let client = app.client();
    app.advance(Duration::from_hours(6 * 24 + 7)).await?;
    assert_eq!(client.query(api::reports::latest()).await?, None);
    app.advance(Duration::from_hours(1)).await?;
    let first = client.query(api::reports::latest()).await?;
    app.advance(Duration::from_hours(7 * 24)).await?;
    let second = client.query(api::reports::latest()).await?;
    let ids = [&first, &second].map(|report| report.as_ref().map(lunora::Doc::id));
    assert!(ids[0].is_some() && ids[0] != ids[1], "{ids:?}");
    Ok(())
}

#[tokio::test]
async fn what_is_not_signed_moves_no_plan() -> Result<()> {
    let app = app()?;
    let client = app.client();
    let id = client
        .mutation(api::customers::register(name("cus_alan")))
        .await?;
    put_on(&app, id, Plan::Professional).await?;
    for signature in ["", "t=1893456000,v1=00", "t=0,v1="] {
        let request = app
            .http(Method::POST, "/stripe/webhook")
            .header("stripe-signature", signature)
            .json(&json!({ "customer": "cus_alan" }));
        assert_eq!(request.send().await?.status(), 401, "{signature}");
    }
    assert_eq!(
        client.query(api::customers::plan(name("cus_alan"))).await?,
        Plan::Professional
    );
    Ok(())
}

#[tokio::test]
async fn whoever_is_connected_is_counted() -> Result<()> {
    let app = app()?;
    let client = app.client();
    let first = app.connect().await?;
    let second = app.connect().await?;
    assert_eq!(client.query(api::presence::count()).await?, 2);
    first.disconnect().await?;
    assert_eq!(client.query(api::presence::count()).await?, 1);
    second.disconnect().await?;
    assert_eq!(client.query(api::presence::count()).await?, 0);
    Ok(())
}

/// What the server calls itself, tried by whoever likes to.
#[tokio::test]
async fn nobody_outside_runs_what_the_server_calls_itself() -> Result<()> {
    let client = app()?.client();
    for function in [
        "reports:build",
        "reports:store",
        "reports:schedule",
        "presence:joined",
        "presence:left",
        "webhooks:webhook",
    ] {
        let (module, _) = function.split_once(':').expect("it has a module");
        let missing = format!("{module}:noSuchFunction");
        let answers = [refused(&client, function).await, refused(&client, &missing).await];
        assert_eq!(answers[0].replace(function, &missing), answers[1]);
    }
    Ok(())
}
