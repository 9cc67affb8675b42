//! The messages of a channel.

use std::collections::BTreeMap;

use convex::{ConvexClient, FunctionResult, QuerySubscription, Value};
use futures::StreamExt;

pub(crate) type Args = BTreeMap<String, Value>;

/// Arguments of a call.
pub(crate) fn args<const N: usize>(args: [(&str, &str); N]) -> Args {
    args.map(|(name, value)| (name.to_owned(), value.into())).into()
}

/// The arguments of a message.
pub(crate) fn message(body: &str) -> Args {
    args([("channel", "c"), ("author", "ada"), ("body", body)])
}

pub(crate) async fn subscribe(client: &mut ConvexClient) -> QuerySubscription {
    client
        .subscribe("messages:list", args([("channel", "c")]))
        .await
        .unwrap()
}

/// The next result.
pub(crate) async fn next(messages: &mut QuerySubscription) -> Vec<String> {
    bodies(&messages.next().await.unwrap())
}

/// Waits until these are the messages.
pub(crate) async fn until(messages: &mut QuerySubscription, expected: &[&str]) {
    while next(messages).await != expected {}
}

/// What the messages of a result say.
pub(crate) fn bodies(result: &FunctionResult) -> Vec<String> {
    let FunctionResult::Value(Value::Array(messages)) = result else {
        panic!("{result:?}");
    };
    let body = |message: &Value| match message {
        Value::Object(fields) => match &fields["body"] {
            Value::String(body) => body.clone(),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    };
    messages.iter().map(body).collect()
}
