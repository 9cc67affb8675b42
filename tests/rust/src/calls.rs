//! Queries, mutations, actions, subscriptions and errors.

use convex::{ConvexClient, FunctionResult, Value};

use crate::{
    channel::{Args, args, bodies, message, next, subscribe, until},
    values,
};

const REFUSED: &str = "Could not find public function";

pub(crate) async fn run(address: &str) {
    let mut client = ConvexClient::new(address).await.unwrap();
    values_come_back(&mut client).await;
    results_are_live(&mut client).await;
    errors_have_their_data(&mut client).await;
    what_is_internal_is_not_there(&mut client).await;
}

async fn values_come_back(client: &mut ConvexClient) {
    for value in values::all() {
        let args: Args = [("value".to_owned(), value.clone())].into();
        let result = client.query("values:echo", args).await.unwrap();
        // Equality of the crate's values takes `-0` and `NaN` apart.
        assert_eq!(result, FunctionResult::Value(value));
    }
}

async fn results_are_live(client: &mut ConvexClient) {
    let mut messages = subscribe(client).await;
    assert!(next(&mut messages).await.is_empty());
    let sent = client.mutation("messages:send", message("one")).await.unwrap();
    assert!(
        matches!(sent, FunctionResult::Value(Value::String(_))),
        "{sent:?}"
    );
    until(&mut messages, &["one"]).await;
    client
        .action("messages:sendViaAction", message("two"))
        .await
        .unwrap();
    until(&mut messages, &["one", "two"]).await;
    let once = client
        .query("messages:list", args([("channel", "c")]))
        .await
        .unwrap();
    assert_eq!(bodies(&once), ["one", "two"]);
}

async fn errors_have_their_data(client: &mut ConvexClient) {
    let failed = client
        .mutation("errors:fail", args([("code", "E42")]))
        .await
        .unwrap();
    let FunctionResult::ConvexError(error) = failed else {
        panic!("{failed:?}");
    };
    assert_eq!(error.data, Value::Object(args([("code", "E42")])));
    let crashed = text(client.query("errors:crash", Args::new()).await.unwrap());
    assert!(
        crashed.contains("Server Error") && !crashed.contains("panic"),
        "{crashed}"
    );
    let misused = client.mutation("messages:send", args([("channel", "c")])).await;
    assert!(text(misused.unwrap()).contains("ArgumentValidationError"));
}

async fn what_is_internal_is_not_there(client: &mut ConvexClient) {
    let channel = || args([("channel", "c")]);
    let refused = [
        client.query("messages:internalCount", channel()).await,
        client.mutation("messages:purge", channel()).await,
        client.action("messages:purge", channel()).await,
        client.action("messages:missing", channel()).await,
    ];
    for result in refused {
        let text = text(result.unwrap());
        assert!(text.contains(REFUSED), "{text}");
    }
    let left = client.query("messages:list", channel()).await.unwrap();
    assert_eq!(bodies(&left), ["one", "two"]);
}

/// The text of a failure without data.
fn text(result: FunctionResult) -> String {
    match result {
        FunctionResult::ErrorMessage(text) => text,
        other => panic!("{other:?}"),
    }
}
