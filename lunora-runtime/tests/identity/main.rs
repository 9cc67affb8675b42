//! Who somebody is: tokens of users with real keys, providers on real sockets, admin keys.

#[path = "../support/mod.rs"]
mod support;

mod connections;
mod forged;
mod keys;
mod mint;
mod provider;
mod providers;
mod refused;
mod verified;

use std::{sync::Arc, time::Duration};

use lunora_runtime::{
    functions::{EngineOptions, Issuer, TokenLimits},
    testing::TestClock,
};
use serde_json::{Value as Json, json};

use crate::support::{Reply, Running, app, options, serve_with};

/// Name of the issuer whose tokens the tests make.
const ISSUER: &str = "https://login.example";
const AUDIENCE: &str = "my-app";

/// A server whose clock the test has.
struct Server {
    running: Running,
    clock: TestClock,
}

impl Server {
    fn trusting(issuers: Vec<Issuer>) -> Self {
        Self::limited(issuers, TokenLimits::default())
    }

    fn limited(issuers: Vec<Issuer>, tokens: TokenLimits) -> Self {
        let clock = TestClock::default();
        let engine = EngineOptions {
            clock: Arc::new(clock.clone()),
            issuers,
            tokens,
            ..EngineOptions::default()
        };
        Self {
            running: serve_with(app::APP_ON_THE_WEB, engine, options()),
            clock,
        }
    }

    /// What a request with this token is answered.
    fn ask(&self, token: &str) -> Reply {
        let headers = format!("Authorization: Bearer {token}\r\n");
        self.running
            .post_with("/api/query", &headers, r#"{"path":"values:who","args":{}}"#)
    }

    /// Who the bearer of a token is.
    #[track_caller]
    fn who(&self, token: &str) -> String {
        let reply = self.ask(token);
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.json()["value"].as_str().unwrap().to_owned()
    }

    /// Status and code with which a token is refused.
    #[track_caller]
    fn refusal(&self, token: &str) -> (u16, String) {
        let reply = self.ask(token);
        assert_ne!(reply.status, 200, "{token}: {reply:?}");
        (reply.status, reply.code())
    }

    /// Claims that are good for an hour.
    fn claims(&self) -> Json {
        claims(&self.clock)
    }
}

/// Claims of a token that is good for an hour.
fn claims(clock: &TestClock) -> Json {
    let now = seconds(clock, 0.0);
    json!({
        "iss": ISSUER, "sub": "ada", "aud": AUDIENCE, "iat": now, "nbf": now, "exp": now + HOUR.as_secs_f64(),
    })
}

const HOUR: Duration = Duration::from_hours(1);

/// The clock's time with an offset, as tokens have it.
fn seconds(clock: &TestClock, offset: f64) -> f64 {
    clock.now().as_millis() / 1000.0 + offset
}

/// `claims` with one of them changed; `null` takes it out.
fn with(claims: &Json, name: &str, value: Json) -> Json {
    let mut claims = claims.clone();
    let fields = claims.as_object_mut().unwrap();
    match value {
        Json::Null => fields.remove(name),
        value => fields.insert(name.to_owned(), value),
    };
    claims
}
