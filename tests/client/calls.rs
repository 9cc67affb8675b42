//! Calls and live queries.

use futures_core::Stream;
use lunora_client::{CallError, Client, PaginationOptions, Watch};

use crate::{api, notes::Refusal, server::Running};

fn client(server: &Running) -> Client {
    Client::new(&format!("http://{}", server.addr)).unwrap()
}

#[tokio::test]
async fn calls_are_typed_on_their_way_there_and_back() {
    let server = Running::start();
    let client = client(&server);
    let id = client.mutation(api::notes::add("a".into())).await.unwrap();
    let found = client.query(api::notes::find("a".into())).await.unwrap();
    assert_eq!(found.iter().map(lunora::Doc::id).collect::<Vec<_>>(), [id]);
    let page = client
        .query(api::notes::page(PaginationOptions::first(10)))
        .await
        .unwrap();
    assert_eq!((page.page.len(), page.is_done), (1, true));
    client.mutation(api::notes::add("go".into())).await.unwrap();
    assert_eq!(client.action(api::notes::wait()).await.unwrap(), 0);
}

#[tokio::test]
async fn errors_of_the_application_come_with_their_data() {
    let server = Running::start();
    let client = client(&server);
    let error = client.mutation(api::notes::add(String::new())).await.unwrap_err();
    assert_eq!(error.app::<Refusal>(), Some(Refusal::Empty));
    let error = client
        .mutation(api::notes::add("x".repeat(1_000)))
        .await
        .unwrap_err();
    assert_eq!(error.app::<Refusal>(), Some(Refusal::TooLong { limit: 1_000 }));
}

#[tokio::test]
async fn what_is_the_servers_own_business_stays_there() {
    let server = Running::start();
    let error = client(&server).mutation(api::notes::crash()).await.unwrap_err();
    assert!(error.app_data().is_none());
    let Some(CallError::Failed(message)) = error.downcast_ref() else {
        panic!("{error}")
    };
    assert!(
        message.contains("Request ID") && !message.contains("secret"),
        "{message}"
    );
}

mod elsewhere {
    use lunora_client::reference;

    reference! {
        /// A name that the server does not have for clients.
        pub(crate) fn may_go() -> bool { Query "notes" "mayGo" }
    }

    reference! {
        /// A function of another kind.
        pub(crate) fn list() -> Vec<String> { Mutation "notes" "list" }
    }

    reference! {
        /// A result of another type.
        pub(crate) fn me() -> u32 { Query "notes" "me" }
    }
}

#[tokio::test]
async fn references_that_lie_are_refused_by_the_server() {
    let server = Running::start();
    let client = client(&server);
    let refusals = [
        client.query(elsewhere::may_go()).await.unwrap_err(),
        client.mutation(elsewhere::list()).await.unwrap_err(),
    ];
    let texts = [
        "Could not find public function for 'notes:mayGo'.",
        "defined as Query",
    ];
    for (error, text) in refusals.iter().zip(texts) {
        assert!(error.to_string().contains(text), "{error}");
    }
    assert!(client.query(elsewhere::me()).await.is_err());
    assert!(
        client.query(api::notes::list()).await.unwrap().is_empty(),
        "it goes on"
    );
}

#[tokio::test]
async fn a_watched_query_gives_each_new_result() {
    let server = Running::start();
    let client = client(&server);
    let mut notes = client.watch(api::notes::list()).unwrap();
    assert!(notes.next().await.unwrap().unwrap().is_empty());
    for text in ["a", "b"] {
        client.mutation(api::notes::add(text.into())).await.unwrap();
    }
    let mut seen = notes.next().await.unwrap().unwrap();
    while seen.len() < 2 {
        seen = notes.next().await.unwrap().unwrap();
    }
    assert_eq!(seen, ["a", "b"]);
}

#[tokio::test]
async fn a_query_that_fails_can_succeed_again() {
    let server = Running::start();
    let client = client(&server);
    client.mutation(api::notes::add("bad".into())).await.unwrap();
    let mut fragile = client.watch(api::notes::fragile()).unwrap();
    let error = fragile.next().await.unwrap().unwrap_err();
    assert_eq!(error.app::<Refusal>(), Some(Refusal::Empty));
    client.mutation(api::notes::remove("bad".into())).await.unwrap();
    assert_eq!(fragile.next().await.unwrap().unwrap(), 7);
}

#[tokio::test]
async fn a_mutation_that_is_done_can_be_seen() {
    let server = Running::start();
    let client = client(&server);
    let mut notes = client.watch(api::notes::list()).unwrap();
    notes.next().await.unwrap().unwrap();
    for round in 0..20 {
        client
            .mutation(api::notes::add(format!("{round}")))
            .await
            .unwrap();
        let newest = poll_once(&mut notes).await;
        assert_eq!(newest.map(|notes| notes.len()), Some(round + 1));
    }
}

/// What is there already; waits for nothing.
async fn poll_once(notes: &mut Watch<api::notes::list>) -> Option<Vec<String>> {
    let next =
        std::future::poll_fn(|cx| std::task::Poll::Ready(std::pin::Pin::new(&mut *notes).poll_next(cx)))
            .await;
    match next {
        std::task::Poll::Ready(Some(result)) => Some(result.unwrap()),
        _ => None,
    }
}

#[tokio::test]
async fn calls_can_be_made_all_at_once_and_keep_their_order() {
    let server = Running::start();
    let client = client(&server);
    let calls: Vec<_> = (0..50)
        .map(|number| tokio::spawn(client.mutation(api::notes::add(format!("{number:02}")))))
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    let notes = client.query(api::notes::list()).await.unwrap();
    assert!(notes.is_sorted() && notes.len() == 50, "{notes:?}");
}

#[tokio::test]
async fn without_a_runtime_or_with_a_bad_address_there_is_no_client() {
    assert!(Client::new("localhost").is_err());
    let outside = std::thread::spawn(|| Client::new("http://localhost:1").is_err());
    assert!(outside.join().unwrap());
}
