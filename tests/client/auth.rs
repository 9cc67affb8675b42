//! Tokens on the connection.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    task::{Context, Waker},
    time::Duration,
};

use lunora::Time;
use lunora_client::{CallError, Client, Error};

use crate::{api, proxy::Proxy, server::Running};

fn client(server: &Running) -> Client {
    Client::new(&format!("http://{}", server.addr)).unwrap()
}

fn now() -> Time {
    std::time::SystemTime::now().into()
}

/// How often tokens were asked for, and whether from a cache.
type Asked = Arc<Mutex<Vec<bool>>>;

/// Has the client ask for these tokens, one after another; the last one stays.
fn log_in(client: &Client, tokens: impl IntoIterator<Item = String>) -> Asked {
    let (asked, tokens) = (
        Asked::default(),
        Mutex::new(tokens.into_iter().collect::<VecDeque<_>>()),
    );
    let seen = Arc::clone(&asked);
    client.set_auth(move |request| {
        seen.lock().unwrap().push(request.force_refresh);
        let mut tokens = tokens.lock().unwrap();
        let token = if tokens.len() > 1 {
            tokens.pop_front()
        } else {
            tokens.front().cloned()
        };
        async move { Ok(token) }
    });
    asked
}

#[tokio::test]
async fn calls_are_made_for_the_user_of_the_token() {
    let server = Running::start();
    let client = client(&server);
    assert_eq!(client.query(api::notes::me()).await.unwrap(), None);
    let mut me = client.watch(api::notes::me()).unwrap();
    assert_eq!(me.next().await.unwrap().unwrap(), None);
    let asked = log_in(&client, [server.issuer.token("ada", now())]);
    assert_eq!(
        client.query(api::notes::me()).await.unwrap().as_deref(),
        Some("ada")
    );
    assert_eq!(me.next().await.unwrap().unwrap().as_deref(), Some("ada"));
    let id = client.mutation(api::notes::add("hers".into())).await.unwrap();
    let found = client.query(api::notes::find("hers".into())).await.unwrap();
    assert_eq!((found[0].id(), found[0].author.as_deref()), (id, Some("ada")));
    client.clear_auth();
    assert_eq!(client.query(api::notes::me()).await.unwrap(), None);
    assert_eq!(me.next().await.unwrap().unwrap(), None);
    assert_eq!(*asked.lock().unwrap(), [false]);
}

#[tokio::test]
async fn nothing_is_called_for_nobody_while_a_token_is_fetched() {
    let server = Running::start();
    let client = client(&server);
    let token = server.issuer.token("ada", now());
    let (release, released) = tokio::sync::watch::channel(false);
    client.set_auth(move |_| {
        let (mut released, token) = (released.clone(), token.clone());
        async move {
            released
                .wait_for(|released| *released)
                .await
                .map_err(Error::from)?;
            Ok(Some(token))
        }
    });
    let call = tokio::spawn(client.query(api::notes::me()));
    let other = Client::new(&format!("http://{}", server.addr)).unwrap();
    other.mutation(api::notes::add("meanwhile".into())).await.unwrap();
    assert!(!call.is_finished());
    release.send(true).unwrap();
    assert_eq!(call.await.unwrap().unwrap().as_deref(), Some("ada"));
}

#[tokio::test]
async fn a_token_that_is_refused_is_fetched_anew() {
    let server = Running::start();
    let client = client(&server);
    let stale = server.issuer.token("ada", now() - Duration::from_hours(48));
    let asked = log_in(&client, [stale, server.issuer.token("ada", now())]);
    assert_eq!(
        client.query(api::notes::me()).await.unwrap().as_deref(),
        Some("ada")
    );
    assert_eq!(*asked.lock().unwrap(), [false, true]);
}

#[tokio::test]
async fn a_token_that_ends_on_the_connection_is_replaced_before() {
    let server = Running::start();
    let client = client(&server);
    let claims = server.issuer.claims("ada", now(), Duration::from_secs(2));
    let short = server.issuer.sign(&claims);
    let asked = log_in(&client, [short, server.issuer.token("bob", now())]);
    let mut me = client.watch(api::notes::me()).unwrap();
    loop {
        // Between the two there is nobody, and no failure.
        match me.next().await.unwrap().unwrap().as_deref() {
            Some("bob") => break,
            user => assert_eq!(user, Some("ada")),
        }
    }
    assert_eq!(*asked.lock().unwrap(), [false, true]);
}

#[tokio::test]
async fn when_no_token_is_taken_calls_fail_until_there_are_others() {
    let server = Running::start();
    let client = client(&server);
    let mut me = client.watch(api::notes::me()).unwrap();
    me.next().await.unwrap().unwrap();
    log_in(&client, ["no token at all".to_owned()]);
    let error = client.mutation(api::notes::add("x".into())).await.unwrap_err();
    assert!(
        matches!(error.downcast_ref(), Some(CallError::Unauthenticated(_))),
        "{error}"
    );
    assert!(me.next().await.unwrap().is_err());
    assert!(
        client.query(api::notes::me()).await.is_err(),
        "later calls as well"
    );
    log_in(&client, [server.issuer.token("ada", now())]);
    assert_eq!(
        client.query(api::notes::me()).await.unwrap().as_deref(),
        Some("ada")
    );
    assert_eq!(me.next().await.unwrap().unwrap().as_deref(), Some("ada"));
    assert!(
        client.query(api::notes::list()).await.unwrap().is_empty(),
        "nothing ran for nobody"
    );
}

#[tokio::test]
async fn a_token_that_ended_is_not_presented_again_while_the_next_one_is_fetched() {
    let server = Running::start();
    let proxy = Proxy::to(server.addr).await;
    let client = proxy.client();
    let short = server
        .issuer
        .sign(&server.issuer.claims("ada", now(), Duration::from_secs(2)));
    let long = server.issuer.token("bob", now());
    let (release, released) = tokio::sync::watch::channel(false);
    client.set_auth(move |request| {
        let (mut released, short, long) = (released.clone(), short.clone(), long.clone());
        async move {
            if !request.force_refresh {
                return Ok(Some(short));
            }
            released
                .wait_for(|released| *released)
                .await
                .map_err(Error::from)?;
            Ok(Some(long))
        }
    });
    assert_eq!(
        client.query(api::notes::me()).await.unwrap().as_deref(),
        Some("ada")
    );
    // The server ends the first connection with the token. On the next one nothing is said.
    proxy.has_made_connections(2).await;
    let call = tokio::spawn(client.query(api::notes::me()));
    let other = Client::new(&format!("http://{}", server.addr)).unwrap();
    for _ in 0..20 {
        other.mutation(api::notes::add("meanwhile".into())).await.unwrap();
    }
    assert!(!call.is_finished());
    release.send(true).unwrap();
    assert_eq!(call.await.unwrap().unwrap().as_deref(), Some("bob"));
    assert_eq!(proxy.connections(), 2);
}

#[tokio::test]
async fn a_refresh_that_failed_is_tried_again_on_the_next_connection() {
    let server = Running::start();
    let proxy = Proxy::to(server.addr).await;
    let client = proxy.client();
    let short = server
        .issuer
        .sign(&server.issuer.claims("ada", now(), Duration::from_secs(4)));
    let tokens = Mutex::new(VecDeque::from([
        Ok(Some(short)),
        Err("the provider is down"),
        Ok(Some(server.issuer.token("bob", now()))),
    ]));
    client.set_auth(move |_| {
        let next = tokens.lock().unwrap().pop_front().unwrap();
        async move { next.map_err(|why| Error::from(std::io::Error::other(why))) }
    });
    let mut me = client.watch(api::notes::me()).unwrap();
    while me.next().await.unwrap().unwrap().as_deref() != Some("bob") {}
    assert_eq!(proxy.connections(), 2, "the old token was not used up first");
}

#[test]
fn a_watch_ends_with_the_runtime_of_its_client() {
    let server = Running::start();
    let new = || {
        tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .unwrap()
    };
    let (own, other) = (new(), new());
    let client = own.block_on(async { client(&server) });
    let mut me = client.watch(api::notes::me()).unwrap();
    other.block_on(me.next()).unwrap().unwrap();
    own.shutdown_background();
    other.block_on(async { while me.next().await.is_some() {} });
}

/// The server knows a mutation by its user too: for somebody else it would run once more.
#[tokio::test]
async fn a_mutation_whose_answer_was_lost_does_not_run_again_for_the_next_user() {
    let server = Running::start();
    let proxy = Proxy::to(server.addr).await;
    let (client, other) = (proxy.client(), Proxy::to(server.addr).await.client());
    let mut seen = other.watch(api::notes::list()).unwrap();
    seen.next().await.unwrap().unwrap();
    let users = [Some("ada"), Some("bob"), None, Some("ada")];
    for (round, change) in users.windows(2).enumerate() {
        let log_in = |user: Option<&str>| match user {
            Some(user) => drop(log_in(&client, [server.issuer.token(user, now())])),
            None => client.clear_auth(),
        };
        log_in(change[0]);
        let me = client.query(api::notes::me()).await.unwrap();
        assert_eq!(me.as_deref(), change[0]);
        proxy.lose_answers(true);
        let call = tokio::spawn(client.mutation(api::notes::add(format!("{round}"))));
        let committed = seen.next().await.unwrap().unwrap().len();
        assert_eq!(committed, round + 1);
        log_in(change[1]);
        proxy.cut();
        proxy.lose_answers(false);
        let error = call.await.unwrap().unwrap_err();
        assert_eq!(error.downcast_ref(), Some(&CallError::UserChanged));
        assert_eq!(
            client.query(api::notes::me()).await.unwrap().as_deref(),
            change[1]
        );
        let found = client.query(api::notes::find(format!("{round}"))).await.unwrap();
        let authors: Vec<_> = found.iter().map(|note| note.author.as_deref()).collect();
        assert_eq!(authors, [change[0]]);
    }
}

/// A new token of the same user, from the fetcher or from another one, changes nothing about it.
#[tokio::test]
async fn a_mutation_whose_answer_was_lost_has_run_once_also_under_the_next_token() {
    let server = Running::start();
    let proxy = Proxy::to(server.addr).await;
    let (client, other) = (proxy.client(), Proxy::to(server.addr).await.client());
    log_in(&client, [server.issuer.token("ada", now())]);
    client.query(api::notes::me()).await.unwrap();
    let mut seen = other.watch(api::notes::list()).unwrap();
    seen.next().await.unwrap().unwrap();
    proxy.lose_answers(true);
    let call = tokio::spawn(client.mutation(api::notes::add("once".into())));
    assert_eq!(seen.next().await.unwrap().unwrap(), ["once"]);
    log_in(
        &client,
        [server.issuer.token("ada", now() + Duration::from_secs(1))],
    );
    proxy.cut();
    proxy.lose_answers(false);
    let id = call.await.unwrap().unwrap();
    let found = client.query(api::notes::find("once".into())).await.unwrap();
    assert_eq!(found.iter().map(lunora::Doc::id).collect::<Vec<_>>(), [id]);
}

/// A gate that the future of a test's tokens waits at.
async fn opened(mut gate: tokio::sync::watch::Receiver<bool>) -> lunora_client::Result<()> {
    gate.wait_for(|open| *open).await?;
    Ok(())
}

/// `set_auth` again, while the token of the first one is on its way: it still tells for whom calls were made meanwhile.
#[tokio::test]
async fn a_call_made_while_a_token_is_fetched_is_made_if_the_next_one_is_of_the_same_user() {
    let server = Running::start();
    for (text, first) in [("hers", Some("ada")), ("his", Some("bob")), ("nobody's", None)] {
        let client = client(&server);
        let (open, gate) = tokio::sync::watch::channel(false);
        let token = first.map(|user| server.issuer.token(user, now()));
        client.set_auth(move |_| {
            let (gate, token) = (gate.clone(), token.clone());
            async move {
                opened(gate).await?;
                token.map(Some).ok_or_else(|| Error::not_found("a user"))
            }
        });
        let mut call = client.mutation(api::notes::add(text.into()));
        let mut noop = Context::from_waker(Waker::noop());
        assert!(
            call.as_mut().poll(&mut noop).is_pending(),
            "it is made, and waits"
        );
        let asked = log_in(
            &client,
            [server.issuer.token("ada", now() + Duration::from_secs(1))],
        );
        let me = tokio::spawn(client.query(api::notes::me()));
        while asked.lock().unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
        open.send(true).unwrap();
        assert_eq!(me.await.unwrap().unwrap().as_deref(), Some("ada"));
        let made = call.await;
        let found = client.query(api::notes::find(text.into())).await.unwrap();
        if first == Some("ada") {
            assert_eq!(found[0].id(), made.unwrap());
            assert_eq!(found[0].author.as_deref(), Some("ada"));
        } else {
            assert_eq!(made.unwrap_err().downcast_ref(), Some(&CallError::NotSent));
            assert!(found.is_empty(), "{found:?}");
        }
    }
}

#[tokio::test]
async fn a_call_made_while_a_token_is_fetched_is_not_made_after_a_logout() {
    let server = Running::start();
    let client = client(&server);
    let (open, gate) = tokio::sync::watch::channel(false);
    client.set_auth(move |_| {
        let gate = gate.clone();
        async move { opened(gate).await.map(|()| None) }
    });
    let mut call = client.mutation(api::notes::add("whose?".into()));
    let mut noop = Context::from_waker(Waker::noop());
    assert!(
        call.as_mut().poll(&mut noop).is_pending(),
        "it is made, and waits"
    );
    client.clear_auth();
    open.send_replace(true);
    assert_eq!(client.query(api::notes::me()).await.unwrap(), None);
    assert_eq!(call.await.unwrap_err().downcast_ref(), Some(&CallError::NotSent));
    assert!(client.query(api::notes::list()).await.unwrap().is_empty());
}

/// It may have run, and the error says so.
#[tokio::test]
async fn a_mutation_whose_answer_was_lost_may_have_run_when_no_token_is_taken() {
    let server = Running::start();
    let proxy = Proxy::to(server.addr).await;
    let (client, other) = (proxy.client(), Proxy::to(server.addr).await.client());
    log_in(&client, [server.issuer.token("ada", now())]);
    client.query(api::notes::me()).await.unwrap();
    let mut seen = other.watch(api::notes::list()).unwrap();
    seen.next().await.unwrap().unwrap();
    proxy.lose_answers(true);
    let call = tokio::spawn(client.mutation(api::notes::add("committed".into())));
    assert_eq!(seen.next().await.unwrap().unwrap(), ["committed"]);
    log_in(
        &client,
        [server.issuer.token("ada", now() - Duration::from_hours(48))],
    );
    proxy.cut();
    proxy.lose_answers(false);
    let error = call.await.unwrap().unwrap_err();
    let Some(CallError::Unanswered(why)) = error.downcast_ref() else {
        panic!("{error}");
    };
    assert!(matches!(**why, CallError::Unauthenticated(_)), "{error}");
    assert!(
        error.to_string().contains("whether it ran is not known"),
        "{error}"
    );
}
