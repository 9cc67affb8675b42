//! Connections that break, and servers that go and come back.

use lunora_client::CallError;

use crate::{api, proxy::Proxy, server::Running};

#[tokio::test]
async fn a_watch_goes_on_after_the_connection_was_cut() {
    let server = Running::start();
    let proxy = Proxy::to(server.addr).await;
    let (client, other) = (proxy.client(), Proxy::to(server.addr).await.client());
    let mut notes = client.watch(api::notes::list()).unwrap();
    assert!(notes.next().await.unwrap().unwrap().is_empty());
    for round in 0..3 {
        proxy.cut();
        other.mutation(api::notes::add(format!("{round}"))).await.unwrap();
        assert_eq!(
            notes.next().await.unwrap().unwrap().len(),
            round + 1,
            "nothing is told twice"
        );
    }
    assert!(proxy.connections() > 3);
}

#[tokio::test]
async fn a_mutation_whose_answer_was_lost_has_run_once() {
    let server = Running::start();
    let proxy = Proxy::to(server.addr).await;
    let (client, other) = (proxy.client(), Proxy::to(server.addr).await.client());
    // The connection is there.
    client.query(api::notes::list()).await.unwrap();
    let mut seen = other.watch(api::notes::list()).unwrap();
    seen.next().await.unwrap().unwrap();
    for round in 0..5 {
        proxy.lose_answers(true);
        let call = tokio::spawn(client.mutation(api::notes::add(format!("{round}"))));
        assert_eq!(
            seen.next().await.unwrap().unwrap().len(),
            round + 1,
            "it is committed"
        );
        proxy.cut();
        proxy.lose_answers(false);
        let id = call.await.unwrap().unwrap();
        let found = client.query(api::notes::find(format!("{round}"))).await.unwrap();
        assert_eq!(found.iter().map(lunora::Doc::id).collect::<Vec<_>>(), [id]);
    }
}

#[tokio::test]
async fn an_action_whose_connection_is_cut_is_lost_and_says_so() {
    let server = Running::start();
    let proxy = Proxy::to(server.addr).await;
    let client = proxy.client();
    client.query(api::notes::list()).await.unwrap();
    let before = proxy.sent();
    let call = tokio::spawn(client.action(api::notes::wait()));
    proxy.has_sent_more_than(before).await;
    proxy.cut();
    let error = call.await.unwrap().unwrap_err();
    assert_eq!(error.downcast_ref(), Some(&CallError::Lost));
    client.mutation(api::notes::add("go".into())).await.unwrap();
    client.action(api::notes::wait()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_wait_for_a_server_that_is_not_there_yet() {
    let mut server = Running::start();
    let proxy = Proxy::to(server.addr).await;
    tokio::task::block_in_place(|| server.stop());
    let client = proxy.client();
    let call = tokio::spawn(client.mutation(api::notes::add("early".into())));
    while proxy.connections() < 2 {
        tokio::task::yield_now().await;
    }
    tokio::task::block_in_place(|| server.restart());
    proxy.lead_to(server.addr);
    call.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_are_back_after_the_server_was_restarted() {
    let mut server = Running::start();
    let proxy = Proxy::to(server.addr).await;
    let client = proxy.client();
    let mut notes = client.watch(api::notes::list()).unwrap();
    notes.next().await.unwrap().unwrap();
    client.mutation(api::notes::add("before".into())).await.unwrap();
    assert_eq!(notes.next().await.unwrap().unwrap(), ["before"]);
    tokio::task::block_in_place(|| server.restart());
    proxy.lead_to(server.addr);
    client.mutation(api::notes::add("after".into())).await.unwrap();
    assert_eq!(notes.next().await.unwrap().unwrap(), ["before", "after"]);
}
