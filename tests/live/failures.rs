//! Queries that fail, and such as may not be watched.

use lunora::{Object, Value, prelude::Error, testing::TestApp};
use lunora_runtime::{functions::NewKey, store::Timestamp};

use crate::{
    api, app, internal, open,
    support::{Client, named, remove, runs, set},
};

#[tokio::test]
async fn a_query_that_fails_stays_watched() {
    let (runtime, name) = (open(), "fails");
    let mut client = Client::new(&runtime);
    client.watch_named(0, "expect", name);
    client.changed().await;
    assert!(client.held[&0].as_ref().unwrap_err().contains("notFound"));
    set(&runtime, name, 1).await;
    client.changed().await;
    assert_eq!(client.number(0), 1.0);
    set(&runtime, name, -1).await;
    client.changed().await;
    assert!(client.held[&0].as_ref().unwrap_err().contains("a negative value"));
    remove(&runtime, name).await;
    client.changed().await;
    assert!(client.held[&0].as_ref().unwrap_err().contains("notFound"));
}

#[tokio::test]
async fn a_failure_is_shared_and_not_told_twice() {
    let (runtime, name) = (open(), "shared failure");
    let mut clients = [Client::new(&runtime), Client::new(&runtime)];
    for client in &mut clients {
        client.watch_named(0, "expect", name);
        client.changed().await;
    }
    assert_eq!(runs("expect", name), 1);
    set(&runtime, name, -1).await;
    for client in &mut clients {
        client.changed().await;
    }
    set(&runtime, name, -2).await;
    for client in &mut clients {
        assert!(client.catch_up().await.is_empty());
    }
    assert_eq!(runs("expect", name), 2);
}

#[tokio::test]
async fn refusals_are_results_and_leave_the_other_queries_alone() {
    let (runtime, name) = (open(), "refused");
    let mut client = Client::new(&runtime);
    client.watch_named(0, "value", name);
    client.watch_named(1, "set", name);
    client.watch(2, "counters:value", Object::new());
    client.watch_named(3, "nothing", name);
    assert_eq!(client.changed().await, [0, 1, 2, 3]);
    for (number, text) in [
        (
            1,
            "Trying to execute counters:set as Query, but it is defined as Mutation",
        ),
        (2, "ArgumentValidationError: args.name"),
        (3, "Could not find public function for 'counters:nothing'"),
    ] {
        let error = client.held[&number].as_ref().unwrap_err();
        assert!(error.contains(text), "{error}");
    }
    set(&runtime, name, 1).await;
    assert_eq!(client.changed().await, [0]);
}

#[tokio::test]
async fn a_client_cannot_tell_an_internal_query_from_a_missing_one() {
    let runtime = open();
    set(&runtime, "hidden", 1).await;
    let mut told = Vec::new();
    for function in ["hidden", "hiddex"] {
        let before = runtime.public().lookups();
        let mut client = Client::new(&runtime);
        client.watch_named(0, function, "hidden");
        let transition = client.queries.next(Timestamp::ZERO).await.unwrap();
        let outcome = &transition.updates[0].outcome;
        let text = outcome
            .result()
            .unwrap_err()
            .to_string()
            .replace(function, "NAME");
        let journal = outcome.journal().map(str::to_owned);
        told.push((text, journal, runtime.public().lookups() - before, transition.ts));
    }
    assert_eq!(told[0], told[1]);
    assert_eq!(told[0].0, "Could not find public function for 'counters:NAME'.");
}

#[tokio::test]
async fn with_an_admin_key_internal_queries_are_watched() {
    let (runtime, name) = (open(), "admin");
    let mut key = String::new();
    let keep = |made: &NewKey| {
        made.expose().clone_into(&mut key);
        Ok::<_, std::convert::Infallible>(())
    };
    runtime.ensure_admin_key(keep).unwrap().unwrap();
    let caller = runtime.admin_keys().verify(&key).unwrap().run_internal().unwrap();
    let mut client = Client::new(&runtime);
    for (number, function) in [(0, "hidden"), (1, "hiddex")] {
        let request = client.request(&format!("counters:{function}"), named(name));
        runtime
            .full()
            .watch(&caller, &mut client.queries, number, request)
            .unwrap();
    }
    client.changed().await;
    assert_eq!(*client.value(0), Value::Null);
    assert!(
        client.held[&1]
            .as_ref()
            .unwrap_err()
            .contains("Could not find function")
    );
    set(&runtime, name, 1).await;
    client.changed().await;
    assert_eq!(client.number(0), 1.0);
    // The client goes on without the key.
    let request = client.request("counters:hidden", named(name));
    client.watch_request(0, request);
    client.changed().await;
    assert!(
        client.held[&0]
            .as_ref()
            .unwrap_err()
            .contains("Could not find public function")
    );
}

#[tokio::test]
async fn a_test_watches_as_the_server_or_as_a_client() {
    let app = TestApp::new(app()).unwrap();
    let name = "as a client";
    let mut hidden = app.watch(internal::counters::hidden(name.to_owned())).unwrap();
    assert_eq!(hidden.next().await.unwrap(), None);
    let mut expect = app
        .client()
        .watch(api::counters::expect(name.to_owned()))
        .unwrap();
    let error: Error = expect.next().await.unwrap_err();
    assert!(error.app_data().is_some());
    set(app.runtime(), name, -1).await;
    let error = expect.next().await.unwrap_err();
    assert!(error.to_string().ends_with("Server Error"), "{error}");
    assert_eq!(hidden.next().await.unwrap(), Some(-1));
    set(app.runtime(), name, 7).await;
    assert_eq!(expect.current().await.unwrap(), 7);
    let anna = app.as_user(lunora::Identity::new("https://issuer.example", "anna"));
    let mut whose = anna
        .client()
        .watch(api::counters::whose(name.to_owned()))
        .unwrap();
    assert_eq!(whose.current().await.unwrap().as_deref(), Some("anna"));
}
