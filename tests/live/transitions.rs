//! What one connection is told, and as of when.

use std::{sync::Arc, task::Context};

use lunora::Value;
use lunora_runtime::{
    database::OpenOptions,
    functions::{EngineOptions, LiveLimits, Runtime},
    store::{Memory, Timestamp},
};

use crate::{
    app, open,
    support::{Client, gate, mutate, named, runs, set},
};

#[tokio::test]
async fn all_results_of_a_connection_are_as_of_one_commit() {
    let runtime = open();
    let names = ["left", "right"].map(|name| format!("sum of {name}"));
    for name in &names {
        set(&runtime, name, 100).await;
    }
    let writer = tokio::spawn({
        let (runtime, names) = (runtime.clone(), names.clone());
        async move {
            for round in 0..250_u8 {
                let args = [
                    (
                        "from".to_owned(),
                        Value::from(names[usize::from(round % 2)].as_str()),
                    ),
                    ("to".to_owned(), names[usize::from(1 - round % 2)].as_str().into()),
                    ("amount".to_owned(), f64::from(round).into()),
                ];
                mutate(&runtime, "counters:transfer", args.into_iter().collect()).await;
            }
        }
    });
    let mut client = Client::new(&runtime);
    for (number, name) in (0..).zip(&names) {
        client.watch_named(number, "value", name);
    }
    client.watch(2, "counters:total", lunora::Object::new());
    let mut transitions = 0;
    while !writer.is_finished() {
        client.catch_up().await;
        tokio::task::yield_now().await;
        transitions += 1;
        assert_eq!(client.number(0) + client.number(1), 200.0);
        assert_eq!(client.number(2), 200.0);
    }
    writer.await.unwrap();
    assert!(transitions > 1);
}

#[tokio::test]
async fn a_result_that_is_what_it_was_is_not_told_again() {
    let (runtime, name) = (open(), "even");
    set(&runtime, name, 2).await;
    let mut client = Client::new(&runtime);
    client.watch_named(0, "isEven", name);
    assert_eq!(client.changed().await, [0]);
    let ts = set(&runtime, name, 4).await;
    assert!(client.next(ts).await.is_empty());
    assert_eq!(runs("is_even", name), 2);
    set(&runtime, name, 5).await;
    assert_eq!(client.changed().await, [0]);
}

#[tokio::test]
async fn a_transition_can_be_had_although_nothing_changed() {
    let (runtime, name) = (open(), "nothing");
    let mut client = Client::new(&runtime);
    assert!(client.catch_up().await.is_empty(), "without any query");
    client.watch_named(0, "value", name);
    client.changed().await;
    let ts = set(&runtime, "something else", 1).await;
    assert!(client.next(ts).await.is_empty());
    assert_eq!(client.at, ts);
}

#[tokio::test]
async fn changes_of_the_set_are_covered_together() {
    let (runtime, name) = (open(), "covered");
    let mut client = Client::new(&runtime);
    client.watch_named(0, "value", name);
    client.watch_named(1, "isEven", name);
    assert_eq!(client.queries.version(), 2);
    let first = client.queries.next(Timestamp::ZERO).await.unwrap();
    assert_eq!((first.covers, first.updates.len()), (2, 2));
    assert!(client.queries.remove(1));
    assert!(!client.queries.remove(1), "it is not watched any more");
    let second = client.queries.next(Timestamp::ZERO).await.unwrap();
    assert_eq!((second.covers, second.updates.len()), (3, 0));
    set(&runtime, name, 1).await;
    let third = client.queries.next(Timestamp::ZERO).await.unwrap();
    assert_eq!(
        third
            .updates
            .iter()
            .map(|update| update.query)
            .collect::<Vec<_>>(),
        [0]
    );
}

#[tokio::test]
async fn a_slow_reader_gets_fewer_and_newer_results() {
    let (runtime, name) = (open(), "slow reader");
    let mut client = Client::new(&runtime);
    client.watch_named(0, "value", name);
    client.changed().await;
    for value in 1..=100 {
        set(&runtime, name, value).await;
    }
    let mut transitions = 0;
    while client.held[&0] != Ok(100.0.into()) {
        client.changed().await;
        transitions += 1;
    }
    assert!(transitions <= 2, "{transitions}");
    assert!(runs("value", name) <= 3);
}

#[tokio::test]
async fn commits_during_a_run_lead_to_one_more_at_the_newest() {
    let (runtime, name) = (open(), "coalesced");
    let gate = gate(name);
    let mut clients = [Client::new(&runtime), Client::new(&runtime)];
    for client in &mut clients {
        client.watch_named(0, "gated", name);
    }
    let [first, second] = &mut clients;
    let both = async {
        tokio::join!(first.changed(), second.changed());
    };
    let writes = async {
        gate.reached().await;
        for value in 1..=5 {
            set(&runtime, name, value).await;
        }
        gate.open();
    };
    tokio::join!(both, writes);
    assert!(clients.iter().all(|client| *client.value(0) == Value::Null));
    gate.open();
    for client in &mut clients {
        client.changed().await;
        assert_eq!(client.number(0), 5.0);
    }
    assert_eq!(runs("gated", name), 2);
}

#[tokio::test]
async fn a_slow_query_holds_up_nobody_else() {
    let (runtime, name) = (open(), "holds up");
    let gate = gate(name);
    let (mut slow, mut quick) = (Client::new(&runtime), Client::new(&runtime));
    slow.watch_named(0, "gated", name);
    quick.watch_named(0, "value", name);
    let waiting = tokio::spawn(async move {
        slow.changed().await;
        slow
    });
    gate.reached().await;
    for value in 1..=20 {
        set(&runtime, name, value).await;
        quick.catch_up().await;
        assert_eq!(quick.number(0), f64::from(value));
    }
    assert!(!waiting.is_finished());
    gate.open();
    let mut slow = waiting.await.unwrap();
    gate.open();
    slow.changed().await;
    assert_eq!(slow.number(0), 20.0);
}

/// Three queries that others keep running, each at another commit.
#[tokio::test]
async fn a_connection_gets_its_turn_although_its_queries_are_never_at_rest_together() {
    let options = EngineOptions {
        threads: 16,
        ..EngineOptions::default()
    };
    let runtime = Runtime::open(app(), Arc::new(Memory::new()), options, OpenOptions::default()).unwrap();
    let names = ["turn of one", "turn of two", "turn of three"];
    let gates = names.map(gate);
    let mut all = Client::new(&runtime);
    for (number, name) in (0..).zip(names) {
        all.watch_named(number, "gated", name);
        gate(name).open();
    }
    all.changed().await;
    for (name, gate) in names.iter().zip(&gates) {
        gate.reached().await;
        let mut other = Client::new(&runtime);
        other.watch_named(0, "gated", name);
        other.changed().await;
        tokio::spawn(async move { while other.queries.next(Timestamp::ZERO).await.is_some() {} });
    }
    for (name, gate) in names.iter().zip(&gates) {
        set(&runtime, name, 1).await;
        gate.reached().await;
    }
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(all.queries.poll_next(Timestamp::ZERO, &mut context).is_pending());
    set(&runtime, names[0], 2).await;
    gates[0].open();
    // It waited for one run to end, and was passed over: its own runs begin beside those that are under way.
    for gate in &gates {
        gate.reached().await;
        (0..4).for_each(|_| gate.open());
    }
    all.changed().await;
    assert_eq!([0, 1, 2].map(|number| all.number(number)), [2.0, 1.0, 1.0]);
}

#[tokio::test]
async fn a_future_that_is_dropped_loses_nothing() {
    let (runtime, name) = (open(), "dropped");
    let mut client = Client::new(&runtime);
    client.watch_named(0, "value", name);
    client.changed().await;
    for value in 1..=50 {
        {
            let waiting = std::pin::pin!(client.queries.next(Timestamp::ZERO));
            let mut context = std::task::Context::from_waker(std::task::Waker::noop());
            let polled = Future::poll(waiting, &mut context);
            assert!(polled.is_pending());
        }
        set(&runtime, name, value).await;
        client.catch_up().await;
        assert_eq!(client.number(0), f64::from(value));
    }
}

#[tokio::test]
async fn for_another_user_equal_results_are_not_told_again() {
    let (runtime, name) = (open(), "another user");
    set(&runtime, name, 1).await;
    let mut client = Client::of_user(&runtime, "anna");
    client.watch_named(0, "value", name);
    client.watch_named(1, "whose", name);
    assert_eq!(client.changed().await, [0, 1]);
    client.identity = Client::of_user(&runtime, "berta").identity;
    client.watch_named(0, "value", name);
    client.watch_named(1, "whose", name);
    assert_eq!(client.changed().await, [1]);
    assert!(format!("{:?}", client.value(1)).contains("berta"));
}

#[tokio::test]
async fn a_query_that_is_removed_while_it_runs_is_missed_by_nobody() {
    let (runtime, name) = (open(), "removed");
    let gate = gate(name);
    let mut client = Client::new(&runtime);
    client.watch_named(0, "gated", name);
    client.watch_named(1, "value", name);
    let waker = std::task::Waker::noop();
    let mut context = std::task::Context::from_waker(waker);
    assert!(
        client
            .queries
            .poll_next(Timestamp::ZERO, &mut context)
            .is_pending()
    );
    gate.reached().await;
    client.remove(0);
    assert_eq!(client.changed().await, [1]);
    gate.open();
}

#[tokio::test]
async fn when_the_server_stops_there_are_no_more_transitions() {
    let (runtime, name) = (open(), "stops");
    let mut client = Client::new(&runtime);
    client.watch_named(0, "value", name);
    client.changed().await;
    let waiting = tokio::spawn(async move { client.queries.next(Timestamp::ZERO).await.is_none() });
    tokio::task::yield_now().await;
    runtime.shutdown().await.unwrap();
    assert!(waiting.await.unwrap());
    assert!(runtime.connect().next(Timestamp::ZERO).await.is_none());
}

pub fn limited(live: LiveLimits) -> Runtime {
    let options = EngineOptions {
        live,
        ..EngineOptions::default()
    };
    Runtime::open(app(), Arc::new(Memory::new()), options, OpenOptions::default()).unwrap()
}

#[tokio::test]
async fn a_connection_watches_as_many_queries_as_it_may_and_no_more() {
    let runtime = limited(LiveLimits::default().subscriptions(3));
    let mut client = Client::new(&runtime);
    for number in 0..3 {
        client.watch_named(number, "value", &format!("limit {number}"));
    }
    let request = client.request("counters:value", named("limit 3"));
    let error = runtime
        .public()
        .watch(&mut client.queries, 3, request)
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "LimitExceeded: subscriptions is limited to 3; watch fewer queries over one connection"
    );
    client.watch_named(2, "isEven", "in the place of another");
    assert_eq!(client.changed().await, [0, 1, 2]);
    client.remove(0);
    client.watch_named(3, "value", "limit 3");
    assert_eq!(client.changed().await, [3]);
    assert_eq!(LiveLimits::default().subscriptions, 1_000);
}

#[tokio::test]
async fn results_that_do_not_fit_into_a_transition_fail_by_name() {
    // A text of n letters has two quotes.
    let runtime = limited(LiveLimits::default().transition_bytes(204));
    for name in ["fits one", "fits two"] {
        set(&runtime, name, 100).await;
    }
    let mut client = Client::new(&runtime);
    client.watch_named(0, "text", "fits one");
    client.watch_named(1, "text", "fits two");
    client.changed().await;
    assert!(client.held.values().all(Result::is_ok), "exactly at the limit");
    for name in ["fits one", "fits two"] {
        set(&runtime, name, 101).await;
        client.catch_up().await;
    }
    assert!(client.held.values().all(Result::is_ok), "one at a time they fit");
    let mut late = Client::new(&runtime);
    late.watch_named(0, "text", "fits one");
    late.watch_named(1, "text", "fits two");
    late.changed().await;
    let error = late.held[&1].as_ref().unwrap_err();
    assert!(
        late.held[&0].is_ok() && error.contains("transition_bytes is limited to 204"),
        "{error}"
    );
}

#[tokio::test]
async fn failures_with_data_need_room_like_results() {
    let runtime = limited(LiveLimits::default().transition_bytes(1_000));
    for name in ["fails one", "fails two"] {
        set(&runtime, name, 400).await;
    }
    let mut client = Client::new(&runtime);
    client.watch_named(0, "objection", "fails one");
    client.watch_named(1, "objection", "fails two");
    client.changed().await;
    // Either run may have been the first to end.
    let mut texts = [0, 1].map(|number| client.held[&number].as_ref().unwrap_err().clone());
    texts.sort();
    let [refused, told] = texts;
    assert!(
        refused.contains("transition_bytes is limited to 1000"),
        "{refused}"
    );
    assert!(told.contains(&"x".repeat(400)), "{told}");
}

/// Wakes a test.
#[derive(Default)]
struct Woken(tokio::sync::Notify);

impl std::task::Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.notify_one();
    }
}

/// Lets the transition that tells of the commit at `ts` become ready, and does not take it.
async fn leave(client: &mut Client, commit: impl Future<Output = Timestamp>) -> Timestamp {
    let woken = Arc::new(Woken::default());
    let waker = Arc::clone(&woken).into();
    let mut context = Context::from_waker(&waker);
    let later = Timestamp(client.at.0 + 1);
    assert!(client.queries.poll_next(later, &mut context).is_pending());
    let ts = commit.await;
    woken.0.notified().await;
    client.at = ts;
    ts
}

#[tokio::test]
async fn results_that_were_overtaken_before_they_were_taken_need_no_room() {
    let runtime = limited(LiveLimits::default().transition_bytes(204));
    let names = ["overtaken", "forgotten", "instead"];
    for name in names {
        set(&runtime, name, 100).await;
    }
    let mut client = Client::new(&runtime);
    client.watch_named(0, "text", "overtaken");
    client.watch_named(1, "text", "forgotten");
    client.catch_up().await;
    for length in 90..99 {
        leave(&mut client, set(&runtime, "overtaken", length)).await;
    }
    leave(&mut client, set(&runtime, "forgotten", 99)).await;
    client.remove(1);
    client.watch_named(2, "text", "instead");
    client.catch_up().await;
    assert!(client.held.values().all(Result::is_ok), "{:?}", client.held);
    assert_eq!(client.value(0).as_str().unwrap().len(), 98);
}
