//! How many runs it takes, and who is given which result.

use crate::{
    open,
    support::{Client, remove, runs, set},
};

const MANY: usize = 10_000;

#[tokio::test]
async fn ten_thousand_watchers_hear_of_a_commit_and_it_takes_one_run() {
    let (runtime, name) = (open(), "ten thousand");
    let mut clients: Vec<_> = (0..MANY).map(|_| Client::new(&runtime)).collect();
    for client in &mut clients {
        client.watch_named(0, "value", name);
        client.changed().await;
    }
    assert_eq!(runs("value", name), 1);
    for value in 1..=3 {
        set(&runtime, name, value).await;
        for client in &mut clients {
            client.changed().await;
            assert_eq!(client.number(0), f64::from(value));
        }
        assert_eq!(runs("value", name), 1);
    }
}

#[tokio::test]
async fn a_write_runs_again_only_what_it_concerns() {
    let runtime = open();
    let names: Vec<_> = (0..500).map(|number| format!("one of many {number}")).collect();
    let mut clients = Vec::new();
    for name in &names {
        let mut client = Client::new(&runtime);
        client.watch_named(0, "value", name);
        client.changed().await;
        clients.push(client);
    }
    let runs_of = |name: &String| runs("value", name);
    assert_eq!(names.iter().map(runs_of).sum::<u32>(), 500);
    set(&runtime, &names[77], 1).await;
    for client in &mut clients {
        client.catch_up().await;
    }
    let again: Vec<_> = names.iter().filter(|name| runs_of(name) > 0).collect();
    assert_eq!(again, [&names[77]]);
}

#[tokio::test]
async fn what_is_known_to_a_call_is_known_to_a_watch_and_the_other_way_round() {
    let (runtime, name) = (open(), "known");
    let mut first = Client::new(&runtime);
    first.watch_named(0, "value", name);
    first.changed().await;
    crate::support::mutate(&runtime, "counters:value", crate::support::named(name)).await;
    drop(first);
    let mut second = Client::new(&runtime);
    second.watch_named(0, "value", name);
    second.changed().await;
    assert_eq!(runs("value", name), 1);
    set(&runtime, name, 5).await;
    second.changed().await;
    assert_eq!((second.number(0), runs("value", name)), (5.0, 1));
}

/// Two watchers for each of three users, all up to date.
async fn of_users(runtime: &lunora_runtime::functions::Runtime, function: &str, name: &str) -> Vec<Client> {
    let mut clients = Vec::new();
    for user in ["anna", "berta", "clara", "anna", "berta", "clara"] {
        let mut client = Client::of_user(runtime, user);
        client.watch_named(0, function, name);
        clients.push(client);
    }
    // All ask before any is answered.
    let asked = clients.iter_mut().map(Client::changed);
    futures(asked).await;
    clients
}

/// Waits for all of them at the same time.
async fn futures(all: impl Iterator<Item = impl Future<Output = Vec<u32>>>) {
    let mut all: Vec<_> = all.map(Box::pin).collect();
    std::future::poll_fn(|context| {
        all.retain_mut(|future| future.as_mut().poll(context).is_pending());
        if all.is_empty() {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
}

fn subject(client: &Client) -> String {
    format!("{:?}", client.value(0))
}

#[tokio::test]
async fn a_run_that_starts_to_look_at_the_identity_is_split_and_joined_again() {
    let (runtime, name) = (open(), "whose");
    let mut clients = of_users(&runtime, "whose", name).await;
    assert_eq!(runs("whose", name), 1, "nobody's identity matters");
    set(&runtime, name, 1).await;
    futures(clients.iter_mut().map(Client::changed)).await;
    for (client, user) in clients
        .iter()
        .zip(["anna", "berta", "clara", "anna", "berta", "clara"])
    {
        assert!(subject(client).contains(user), "{} for {user}", subject(client));
    }
    assert_eq!(runs("whose", name), 3, "one for each user");
    // The counter changes, the results do not.
    set(&runtime, name, 2).await;
    for client in &mut clients {
        assert!(client.catch_up().await.is_empty());
    }
    assert_eq!(runs("whose", name), 3);
    remove(&runtime, name).await;
    futures(clients.iter_mut().map(Client::changed)).await;
    assert!(
        clients
            .iter()
            .all(|client| *client.value(0) == lunora::Value::Null)
    );
    runs("whose", name);
    // Written again before it was there: nobody looked, so one run is enough from now on.
    set(&runtime, name, 3).await;
    remove(&runtime, name).await;
    for client in &mut clients {
        client.catch_up().await;
    }
    runs("whose", name);
    let mut late = of_users(&runtime, "whose", name).await;
    assert_eq!(runs("whose", name), 0, "it is known for everybody");
    assert!(
        late.iter_mut()
            .all(|client| *client.value(0) == lunora::Value::Null)
    );
}

#[tokio::test]
async fn a_run_that_looks_at_the_moment_is_for_one_watch_alone() {
    let (runtime, name) = (open(), "timed");
    let mut clients = of_users(&runtime, "timed", name).await;
    assert_eq!(runs("timed", name), 1);
    for (value, expected) in [(1, 6), (2, 6)] {
        set(&runtime, name, value).await;
        futures(clients.iter_mut().map(Client::changed)).await;
        assert!(clients.iter().all(|client| client.number(0) == f64::from(value)));
        assert_eq!(runs("timed", name), expected);
    }
    let mut late = Client::new(&runtime);
    late.watch_named(0, "timed", name);
    late.changed().await;
    assert_eq!((late.number(0), runs("timed", name)), (2.0, 1));
}

#[tokio::test]
async fn classes_of_callers_share_nothing() {
    let app = lunora::testing::TestApp::new(crate::app()).unwrap();
    let name = "classes";
    let call = || crate::api::counters::value(name.to_owned());
    let (mut server, mut client) = (app.watch(call()).unwrap(), app.client().watch(call()).unwrap());
    assert_eq!(server.next().await.unwrap(), None);
    assert_eq!(client.next().await.unwrap(), None);
    assert_eq!(runs("value", name), 2);
    set(app.runtime(), name, 1).await;
    assert_eq!(server.next().await.unwrap(), Some(1));
    assert_eq!(client.next().await.unwrap(), Some(1));
    assert_eq!(runs("value", name), 2);
}
