//! Keys that are fetched: discovery, rotation, and providers that are down, slow or mad.

use std::{sync::Barrier, thread, time::Duration};

use lunora_runtime::functions::{Issuer, TokenLimits};
use serde_json::{Value as Json, json};

use crate::{
    AUDIENCE, Server,
    mint::{Signer, key_set},
    provider::{Answer, Provider},
    support::Reply,
    with,
};

/// A provider, and a server that trusts it.
struct Pair {
    provider: Provider,
    server: Server,
}

/// Longer than any test, so that a fetch ends by its answer.
fn patient() -> TokenLimits {
    TokenLimits {
        fetch_timeout: Duration::from_mins(1),
        ..TokenLimits::default()
    }
}

impl Pair {
    fn new(signers: &[&Signer]) -> Self {
        Self::limited(signers, patient())
    }

    fn limited(signers: &[&Signer], limits: TokenLimits) -> Self {
        let provider = Provider::start(signers);
        let issuer = Issuer::oidc(provider.issuer(), AUDIENCE);
        let server = Server::limited(vec![issuer], limits);
        Self { provider, server }
    }

    fn claims(&self) -> Json {
        with(&self.server.claims(), "iss", json!(self.provider.issuer()))
    }

    fn token(&self, signer: &Signer) -> String {
        signer.token(&self.claims())
    }

    #[track_caller]
    fn takes(&self, signer: &Signer) {
        let user = format!("{}|ada", self.provider.issuer());
        assert_eq!(self.server.who(&self.token(signer)), user);
    }

    #[track_caller]
    fn refuses(&self, signer: &Signer, status: u16, code: &str) {
        let refusal = self.server.refusal(&self.token(signer));
        assert_eq!(refusal, (status, code.to_owned()));
    }

    #[track_caller]
    fn is_unavailable(&self, signer: &Signer) {
        self.refuses(signer, 503, "AuthProviderUnavailable");
    }
}

fn retry_after(reply: &Reply) -> u64 {
    reply.header("retry-after").unwrap().parse().unwrap()
}

#[test]
fn the_discovery_document_says_where_the_keys_are() {
    let signer = Signer::rs256("r");
    let pair = Pair::new(&[&signer]);
    pair.takes(&signer);
    assert_eq!(
        pair.provider.asked(),
        ["/.well-known/openid-configuration", "/keys"]
    );
    pair.takes(&signer);
    assert_eq!(pair.provider.fetches(), 1, "keys are kept");
}

#[test]
fn keys_at_an_address() {
    let signer = Signer::es256("e");
    let provider = Provider::start(&[&signer]);
    let issuer = Issuer::jwks_url("https://login.example", AUDIENCE, provider.keys_address());
    let server = Server::trusting(vec![issuer]);
    assert_eq!(
        server.who(&signer.token(&server.claims())),
        "https://login.example|ada"
    );
    assert_eq!(provider.asked(), ["/keys"]);
}

#[test]
fn many_users_wait_for_one_fetch() {
    let signer = Signer::eddsa("d");
    let pair = Pair::new(&[]);
    pair.provider.answers(Answer::Held(key_set(&[&signer])));
    let (ready, users) = (Barrier::new(17), 16);
    thread::scope(|scope| {
        for _ in 0..users {
            scope.spawn(|| {
                ready.wait();
                pair.takes(&signer);
            });
        }
        ready.wait();
        pair.provider.wait_for_fetches(1);
        pair.provider.release();
    });
    assert_eq!(pair.provider.fetches(), 1);
}

#[test]
fn a_user_who_hangs_up_takes_nothing_from_the_others() {
    let signer = Signer::eddsa("d");
    let pair = Pair::new(&[]);
    pair.provider.answers(Answer::Held(key_set(&[&signer])));
    let mut connection = pair.server.running.connect();
    let head = format!(
        "POST /api/query HTTP/1.1\r\nContent-Type: application/json\r\nAuthorization: Bearer {}\r\n",
        pair.token(&signer)
    );
    connection.send_request(&head, br#"{"path":"values:who","args":{}}"#);
    pair.provider.wait_for_fetches(1);
    drop(connection);
    thread::scope(|scope| {
        let other = scope.spawn(|| pair.takes(&signer));
        pair.provider.release();
        other.join().unwrap();
    });
    assert_eq!(pair.provider.fetches(), 1);
}

#[test]
fn a_new_key_is_fetched_when_it_is_first_seen_and_the_old_one_is_no_longer_good() {
    let (old, new) = (Signer::eddsa("old"), Signer::es256("new"));
    let pair = Pair::new(&[&old]);
    pair.takes(&old);
    pair.provider.publishes(&[&new]);
    pair.server.clock.advance(TokenLimits::default().refetch_interval);
    pair.takes(&new);
    assert_eq!(pair.provider.fetches(), 2);
    pair.refuses(&old, 401, "UnknownSigningKey");
}

#[test]
fn a_key_that_was_withdrawn_is_good_until_keys_are_fetched_anew() {
    let (old, new) = (Signer::eddsa("old"), Signer::eddsa("new"));
    let pair = Pair::new(&[&old]);
    pair.takes(&old);
    pair.provider.publishes(&[&new]);
    pair.server.clock.advance(TokenLimits::default().fresh_for);
    pair.takes(&old);
    assert_eq!(pair.provider.fetches(), 1, "still fresh");
    pair.server.clock.advance(Duration::from_millis(1));
    // Nobody waits for what happens in the background.
    pair.takes(&old);
    pair.provider.wait_for_fetches(2);
    pair.takes(&new);
    pair.refuses(&old, 401, "UnknownSigningKey");
    assert_eq!(pair.provider.fetches(), 2);
}

#[test]
fn unknown_keys_cannot_make_the_server_ask_more_often_than_it_wants() {
    let known = Signer::eddsa("known");
    let pair = Pair::new(&[&known]);
    pair.takes(&known);
    let ask = |id: usize| {
        let mut header = known.header();
        header["kid"] = json!(format!("guess {id}"));
        let token = known.token_with(&header, &pair.claims());
        assert_eq!(pair.server.refusal(&token), (401, "UnknownSigningKey".to_owned()));
    };
    (0..50).for_each(ask);
    assert_eq!(pair.provider.fetches(), 1, "the first fetch was a moment ago");
    let interval = TokenLimits::default().refetch_interval;
    pair.server.clock.advance(interval);
    (50..100).for_each(ask);
    assert_eq!(pair.provider.fetches(), 2);
    pair.server.clock.advance(interval / 2);
    (100..150).for_each(ask);
    assert_eq!(pair.provider.fetches(), 2);
    pair.takes(&known);
}

#[test]
fn a_clock_that_is_set_back_does_not_stop_the_fetching() {
    let (old, new) = (Signer::eddsa("old"), Signer::eddsa("new"));
    let pair = Pair::new(&[&old]);
    pair.takes(&old);
    pair.provider.publishes(&[&new]);
    let now = pair.server.clock.now();
    pair.server.clock.set(now - Duration::from_hours(1));
    let token = new.token(&pair.claims());
    assert_eq!(pair.server.who(&token), format!("{}|ada", pair.provider.issuer()));
}

#[test]
fn tokens_that_could_not_be_good_make_nobody_ask() {
    let signer = Signer::eddsa("d");
    let pair = Pair::new(&[&signer]);
    for (name, value) in [
        ("iss", json!("https://other.example")),
        ("aud", json!("other")),
        ("exp", json!(0)),
        ("nbf", json!(1e12)),
        ("sub", Json::Null),
        ("iat", Json::Null),
    ] {
        let token = signer.token(&with(&pair.claims(), name, value));
        assert_eq!(pair.server.refusal(&token).0, 401);
    }
    let none = with(&signer.header(), "alg", json!("none"));
    pair.server.refusal(&signer.token_with(&none, &pair.claims()));
    assert_eq!(pair.provider.asked(), [""; 0]);
}

#[test]
fn a_provider_that_is_down_is_not_missed_for_as_long_as_keys_may_be_stale() {
    let (signer, unknown) = (Signer::rs256("r"), Signer::eddsa("unknown"));
    let pair = Pair::new(&[&signer]);
    let limits = TokenLimits::default();
    pair.takes(&signer);
    pair.provider.answers(Answer::Nothing);
    pair.server.clock.advance(limits.stale_for);
    pair.takes(&signer);
    pair.provider.wait_for_fetches(2);
    // A key that the issuer has not got is one thing, an issuer that cannot be asked another.
    pair.is_unavailable(&unknown);
    pair.takes(&signer);
    pair.server.clock.advance(Duration::from_millis(1));
    let reply = pair.server.ask(&pair.token(&signer));
    assert_eq!(
        (reply.status, reply.code().as_str()),
        (503, "AuthProviderUnavailable")
    );
    assert_eq!(retry_after(&reply), limits.retry_interval.as_secs());
    pair.provider.publishes(&[&signer]);
    pair.is_unavailable(&signer);
    pair.server.clock.advance(limits.retry_interval);
    pair.takes(&signer);
}

#[test]
fn a_provider_that_is_down_at_first_is_found_when_it_comes() {
    let signer = Signer::rs256("r");
    let pair = Pair::new(&[]);
    pair.provider.discovers(Answer::Nothing);
    pair.provider.publishes(&[&signer]);
    for _ in 0..10 {
        pair.is_unavailable(&signer);
    }
    // Nor is a user taken for nobody where nobody may come as well.
    let bearer = format!("Authorization: Bearer {}\r\n", pair.token(&signer));
    let ask = |headers: &str| {
        let head = format!("GET /web/x HTTP/1.1\r\n{headers}");
        pair.server.running.ask(&head, b"")
    };
    assert_eq!((ask("").status, ask(&bearer).status), (200, 503));
    assert_eq!(pair.provider.asked().len(), 1, "it is not asked again at once");
    let document = json!({"issuer": pair.provider.issuer(), "jwks_uri": pair.provider.keys_address()});
    pair.provider.discovers(Answer::Json(document.to_string()));
    pair.server.clock.advance(TokenLimits::default().retry_interval);
    pair.takes(&signer);
}

#[test]
fn where_nobody_listens() {
    let signer = Signer::eddsa("d");
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let name = format!("http://{free}");
    let server = Server::limited(vec![Issuer::oidc(&name, AUDIENCE)], patient());
    let token = signer.token(&with(&server.claims(), "iss", json!(name)));
    assert_eq!(
        server.refusal(&token),
        (503, "AuthProviderUnavailable".to_owned())
    );
}

#[test]
fn a_slow_provider_holds_up_nobody_else() {
    let signer = Signer::eddsa("d");
    let pair = Pair::new(&[]);
    pair.provider.answers(Answer::Held(key_set(&[&signer])));
    thread::scope(|scope| {
        let waiting = scope.spawn(|| pair.takes(&signer));
        pair.provider.wait_for_fetches(1);
        let (running, now) = (&pair.server.running, pair.server.clock.now());
        let nobody = running.post("/api/query", r#"{"path":"values:who","args":{}}"#);
        assert_eq!(nobody.status, 200);
        let other = running.issuer.token("grace", now);
        assert_eq!(pair.server.who(&other), "https://issuer.example|grace");
        assert!(!waiting.is_finished());
        pair.provider.release();
        waiting.join().unwrap();
    });
}

#[test]
fn fetch_timeout() {
    let signer = Signer::eddsa("d");
    let limits = TokenLimits {
        fetch_timeout: Duration::from_millis(200),
        ..TokenLimits::default()
    };
    for answer in [Answer::Held(String::new()), Answer::Drip] {
        let pair = Pair::limited(&[], limits);
        pair.provider.answers(answer.clone());
        pair.is_unavailable(&signer);
        let pair = Pair::limited(&[], limits);
        pair.provider.discovers(answer);
        pair.is_unavailable(&signer);
    }
}

#[test]
fn waiting() {
    let signer = Signer::eddsa("d");
    let limits = TokenLimits {
        waiting: 1,
        ..patient()
    };
    let pair = Pair::limited(&[], limits);
    pair.provider.answers(Answer::Held(key_set(&[&signer])));
    thread::scope(|scope| {
        let users: Vec<_> = (0..2)
            .map(|_| scope.spawn(|| pair.server.ask(&pair.token(&signer))))
            .collect();
        // One of them is turned away while the other waits.
        while !users.iter().any(thread::ScopedJoinHandle::is_finished) {
            thread::yield_now();
        }
        pair.provider.release();
        let mut replies: Vec<_> = users.into_iter().map(|user| user.join().unwrap()).collect();
        replies.sort_by_key(|reply| reply.status);
        assert_eq!(replies[0].status, 200);
        assert_eq!(
            (replies[1].status, replies[1].code().as_str()),
            (503, "Overloaded")
        );
        assert!(replies[1].text().contains("limit: waiting"));
        assert!(retry_after(&replies[1]) > 0);
    });
}

#[test]
fn a_hundred_megabytes_of_garbage_are_not_read() {
    let signer = Signer::eddsa("d");
    for announced in [true, false] {
        for keys in [true, false] {
            let pair = Pair::new(&[]);
            let garbage = Answer::Garbage {
                bytes: 100 << 20,
                announced,
            };
            if keys {
                pair.provider.answers(garbage);
            } else {
                pair.provider.discovers(garbage);
            }
            pair.is_unavailable(&signer);
            // What the buffers of the two sockets hold, and no more.
            assert!(pair.provider.sent() < 30 << 20, "{}", pair.provider.sent());
        }
    }
}

#[test]
fn document_bytes() {
    let signer = Signer::eddsa("d");
    let set = key_set(&[&signer]);
    let limited = |document_bytes: usize| {
        let limits = TokenLimits {
            document_bytes,
            ..patient()
        };
        Pair::limited(&[&signer], limits)
    };
    // Filled up with space, so that this and not the discovery document is the larger one.
    let padded = |length: usize| set.clone() + &" ".repeat(length - set.len());
    let pair = limited(1000);
    pair.provider.answers(Answer::Json(padded(1000)));
    pair.takes(&signer);
    let pair = limited(1000);
    pair.provider.answers(Answer::Json(padded(1001)));
    pair.is_unavailable(&signer);
}

#[test]
fn answers_that_are_no_keys() {
    let signer = Signer::eddsa("d");
    let pair = Pair::new(&[]);
    let elsewhere = Provider::start(&[&signer]);
    for answer in [
        Answer::Status(404),
        Answer::Status(500),
        Answer::Status(204),
        Answer::Redirect(elsewhere.keys_address()),
        Answer::Json(String::new()),
        Answer::Json("<html>".to_owned()),
        Answer::Json("[]".to_owned()),
        Answer::Json("{}".to_owned()),
        Answer::Json(r#"{"keys":[]}"#.to_owned()),
        Answer::Json(json!({"keys": [{"kty": "oct", "k": "AAAA", "kid": "d"}]}).to_string()),
        Answer::Json("[".repeat(100_000)),
    ] {
        pair.provider.answers(answer);
        pair.is_unavailable(&signer);
        pair.server.clock.advance(TokenLimits::default().retry_interval);
    }
    assert_eq!(elsewhere.asked(), [""; 0], "nobody is sent somewhere else");
    // Keys that cannot be used stand beside one that can.
    let mixed = json!({"keys": [5, {"kty": "oct", "k": "AAAA", "kid": "d"}, {"kty": "new"}, signer.jwk()]});
    pair.provider.answers(Answer::Json(mixed.to_string()));
    pair.takes(&signer);
}

#[test]
fn discovery_documents_that_lead_astray() {
    let signer = Signer::eddsa("d");
    let pair = Pair::new(&[&signer]);
    let elsewhere = Provider::start(&[&signer]);
    let (issuer, keys) = (pair.provider.issuer(), pair.provider.keys_address());
    for document in [
        // Another issuer's, or nearly this one's.
        json!({"issuer": elsewhere.issuer(), "jwks_uri": keys}),
        json!({"issuer": format!("{issuer}/"), "jwks_uri": keys}),
        json!({"jwks_uri": keys}),
        // Keys nowhere, or where somebody on the way could change them.
        json!({"issuer": issuer}),
        json!({"issuer": issuer, "jwks_uri": 5}),
        json!({"issuer": issuer, "jwks_uri": "/keys"}),
        json!({"issuer": issuer, "jwks_uri": "http://login.example/keys"}),
        json!({"issuer": issuer, "jwks_uri": "file:///etc/passwd"}),
        json!({"issuer": issuer, "jwks_uri": "x".repeat(100_000)}),
    ] {
        pair.provider.discovers(Answer::Json(document.to_string()));
        pair.is_unavailable(&signer);
        pair.server.clock.advance(TokenLimits::default().retry_interval);
    }
    assert_eq!((pair.provider.fetches(), elsewhere.asked().len()), (0, 0));
}

#[test]
fn keys_are_there_before_the_first_user() {
    let signer = Signer::eddsa("d");
    let pair = Pair::new(&[&signer]);
    let tokio = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    tokio.block_on(async {
        pair.server.running.runtime.tokens().warm_up();
        // The fetch is a task of this runtime.
        tokio::task::spawn_blocking(move || {
            pair.provider.wait_for_fetches(1);
            pair.takes(&signer);
            assert_eq!(pair.provider.fetches(), 1);
        })
        .await
        .unwrap();
    });
}
