//! Tokens that are taken.

use lunora_runtime::functions::{InvalidToken, Issuer, TokenLimits};
use serde_json::{Value as Json, json};

use crate::{
    AUDIENCE, HOUR, ISSUER, Server,
    mint::{Signer, key_set},
    seconds, with,
};

fn trusting(signers: &[&Signer]) -> Server {
    Server::trusting(vec![Issuer::jwks(ISSUER, AUDIENCE, key_set(signers))])
}

#[test]
fn each_algorithm_with_and_without_a_key_id() {
    let signers = [Signer::rs256("r"), Signer::es256("e"), Signer::eddsa("d")];
    let server = trusting(&signers.each_ref());
    for signer in &signers {
        assert_eq!(
            server.who(&signer.token(&server.claims())),
            "https://login.example|ada"
        );
        // One key of the set is for this algorithm, so it can be meant.
        let header = json!({"alg": signer.algorithm});
        let token = signer.token_with(&header, &server.claims());
        assert_eq!(server.who(&token), "https://login.example|ada");
    }
}

#[test]
fn on_every_route_that_calls() {
    let signer = Signer::eddsa("d");
    let server = trusting(&[&signer]);
    let headers = format!("Authorization: bearer {}\r\n", signer.token(&server.claims()));
    let body = r#"{"path":"values:who","args":{}}"#;
    for route in ["/api/query", "/api/function", "/api/run/values/who"] {
        let reply = server.running.post_with(route, &headers, body);
        assert_eq!(reply.json()["value"], "https://login.example|ada", "{route}");
    }
    let get = format!("GET /api/query?path=values:who HTTP/1.1\r\n{headers}");
    assert_eq!(
        server.running.ask(&get, b"").json()["value"],
        "https://login.example|ada"
    );
}

#[test]
fn one_of_several_audiences_is_enough_on_either_side() {
    let signer = Signer::eddsa("d");
    let issuer = Issuer::jwks(ISSUER, AUDIENCE, key_set(&[&signer])).audience("my-other-app");
    let server = Server::trusting(vec![issuer]);
    for audience in [
        json!("my-app"),
        json!("my-other-app"),
        json!(["somebody-else", "my-app"]),
        json!(["my-other-app", 5]),
    ] {
        let claims = with(&server.claims(), "aud", audience);
        assert_eq!(server.who(&signer.token(&claims)), "https://login.example|ada");
    }
}

#[test]
fn types_of_tokens_that_say_who_somebody_is() {
    let signer = Signer::eddsa("d");
    let server = trusting(&[&signer]);
    for typ in [
        json!("JWT"),
        json!("jwt"),
        json!("at+jwt"),
        json!("application/at+jwt"),
    ] {
        let token = signer.token_with(&with(&signer.header(), "typ", typ), &server.claims());
        assert_eq!(server.who(&token), "https://login.example|ada");
    }
    server.who(&signer.token_with(&with(&signer.header(), "typ", Json::Null), &server.claims()));
}

#[test]
fn clocks_may_differ_by_the_leeway_and_no_more() {
    let signer = Signer::eddsa("d");
    let server = trusting(&[&signer]);
    let leeway = TokenLimits::default().leeway.as_secs_f64();
    let token = |name: &str, offset: f64| {
        let time = seconds(&server.clock, offset);
        signer.token(&with(&server.claims(), name, json!(time)))
    };
    server.who(&token("exp", 0.001 - leeway));
    assert_eq!(
        server.refusal(&token("exp", -leeway)),
        (401, "TokenExpired".to_owned())
    );
    server.who(&token("nbf", leeway));
    assert_eq!(
        server.refusal(&token("nbf", leeway + 0.001)),
        (401, "TokenNotYetValid".to_owned())
    );
}

#[test]
fn a_token_ends_by_the_servers_clock() {
    let signer = Signer::eddsa("d");
    let server = trusting(&[&signer]);
    let token = signer.token(&server.claims());
    server.clock.advance(HOUR / 2);
    server.who(&token);
    server.clock.advance(HOUR);
    assert_eq!(server.refusal(&token), (401, "TokenExpired".to_owned()));
}

#[test]
fn a_token_may_claim_to_be_good_for_ever() {
    let signer = Signer::eddsa("d");
    let server = trusting(&[&signer]);
    for expires in [1e12, 1e300] {
        server.who(&signer.token(&with(&server.claims(), "exp", json!(expires))));
    }
}

#[test]
fn token_bytes() {
    let signer = Signer::eddsa("d");
    let limited = |token_bytes: usize| {
        let limits = TokenLimits {
            token_bytes,
            ..TokenLimits::default()
        };
        Server::limited(vec![Issuer::jwks(ISSUER, AUDIENCE, key_set(&[&signer]))], limits)
    };
    let token = signer.token(&limited(0).claims());
    limited(token.len()).who(&token);
    let reply = limited(token.len() - 1).ask(&token);
    assert_eq!((reply.status, reply.code().as_str()), (401, "TokenTooLarge"));
    assert!(reply.text().contains("token_bytes"), "{reply:?}");
}

#[test]
fn issuers_are_told_apart() {
    let (one, other) = (Signer::eddsa("k"), Signer::eddsa("k"));
    let server = Server::trusting(vec![
        Issuer::jwks(ISSUER, AUDIENCE, key_set(&[&one])),
        Issuer::jwks("internal", AUDIENCE, key_set(&[&other])),
    ]);
    let internal = with(&server.claims(), "iss", json!("internal"));
    assert_eq!(
        server.who(&one.token(&server.claims())),
        "https://login.example|ada"
    );
    assert_eq!(server.who(&other.token(&internal)), "internal|ada");
    for token in [one.token(&internal), other.token(&server.claims())] {
        assert_eq!(server.refusal(&token), (401, "BadSignature".to_owned()));
    }
}

#[test]
fn a_deployment_replaces_an_issuer_of_the_application() {
    // The server of the test trusts `https://issuer.example` by itself, with a key of its own.
    let signer = Signer::eddsa("test");
    let server = Server::trusting(vec![Issuer::jwks(
        "https://issuer.example",
        "test-app",
        key_set(&[&signer]),
    )]);
    let claims = server.running.issuer.claims("ada", server.clock.now(), HOUR);
    server.who(&signer.token(&claims));
    let token = server.running.issuer.sign(&claims);
    assert_eq!(server.refusal(&token), (401, "BadSignature".to_owned()));
}

#[test]
fn where_nobody_is_trusted_no_token_is_good() {
    let (runtime, _) = crate::support::app::open(crate::app::APP);
    let token = Signer::eddsa("d").token(&json!({"iss": ISSUER}));
    let tokio = tokio::runtime::Builder::new_current_thread().build().unwrap();
    for token in [token.as_str(), "", "a.b.c"] {
        assert_eq!(
            tokio.block_on(runtime.tokens().verify(token)),
            Err(InvalidToken::NoIssuers)
        );
    }
}
