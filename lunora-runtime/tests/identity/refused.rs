//! Claims and forms that are refused, of tokens whose signatures are good.

use lunora_core::error::Error;
use lunora_runtime::{
    database::OpenOptions,
    functions::{EngineOptions, Issuer, Runtime},
    store::Memory,
};
use serde_json::{Value as Json, json};

use crate::{
    AUDIENCE, ISSUER, Server,
    mint::{Signer, encode, key_set, unsigned},
    seconds,
    support::app,
    with,
};

struct Refused {
    server: Server,
    signer: Signer,
}

impl Refused {
    fn new() -> Self {
        let signer = Signer::eddsa("d");
        let server = Server::trusting(vec![Issuer::jwks(ISSUER, AUDIENCE, key_set(&[&signer]))]);
        server.who(&signer.token(&server.claims()));
        Self { server, signer }
    }

    #[track_caller]
    fn token(&self, token: &str, code: &str) {
        assert_eq!(self.server.refusal(token), (401, code.to_owned()), "{token}");
    }

    /// With one claim changed.
    #[track_caller]
    fn claim(&self, name: &str, value: Json, code: &str) {
        let claims = with(&self.server.claims(), name, value);
        self.token(&self.signer.token(&claims), code);
    }

    /// With one member of the header changed.
    #[track_caller]
    fn header(&self, name: &str, value: Json, code: &str) {
        let header = with(&self.signer.header(), name, value);
        self.token(&self.signer.token_with(&header, &self.server.claims()), code);
    }
}

#[test]
fn other_issuers() {
    let refused = Refused::new();
    for name in [
        "https://login.example/",
        "https://LOGIN.example",
        "http://login.example",
        "https://login.example.evil",
        "https://login.exampl",
        " https://login.example",
    ] {
        refused.claim("iss", json!(name), "NoAuthProvider");
    }
    for name in [json!(null), json!(""), json!(5), json!([ISSUER]), json!({})] {
        refused.claim("iss", name, "MissingClaim");
    }
}

#[test]
fn other_audiences() {
    let refused = Refused::new();
    for audience in [
        json!("my-app2"),
        json!("MY-APP"),
        json!("my-ap"),
        json!(""),
        json!([]),
        json!(["somebody-else"]),
        json!([["my-app"]]),
    ] {
        refused.claim("aud", audience, "WrongAudience");
    }
    for audience in [json!(null), json!(5), json!({"my-app": true})] {
        refused.claim("aud", audience, "MissingClaim");
    }
}

#[test]
fn other_times() {
    let refused = Refused::new();
    let time = |offset: f64| json!(seconds(&refused.server.clock, offset));
    for expired in [time(-60.0), time(-1e6), json!(0), json!(-1), json!(-1e300)] {
        refused.claim("exp", expired, "TokenExpired");
    }
    for start in [time(60.0), time(1e6), json!(1e300)] {
        refused.claim("nbf", start, "TokenNotYetValid");
    }
    for nothing in [
        json!("9999999999"),
        json!(true),
        json!([9_999_999_999_u64]),
        json!({}),
    ] {
        for name in ["exp", "nbf", "iat"] {
            refused.claim(name, nothing.clone(), "MissingClaim");
        }
    }
    // `nbf` alone may be missing.
    refused.claim("exp", Json::Null, "MissingClaim");
    refused.claim("iat", Json::Null, "MissingClaim");
    let claims = with(&refused.server.claims(), "nbf", Json::Null);
    refused.server.who(&refused.signer.token(&claims));
}

#[test]
fn nobody() {
    let refused = Refused::new();
    for subject in [json!(null), json!(""), json!(5), json!(["ada"])] {
        refused.claim("sub", subject, "MissingClaim");
    }
}

#[test]
fn headers_that_mean_something_else() {
    let refused = Refused::new();
    for typ in ["logout+jwt", "application/logout+jwt", "dpop+jwt", "", "JWT "] {
        refused.header("typ", json!(typ), "MalformedToken");
    }
    refused.header("crit", json!(["b64"]), "MalformedToken");
    refused.header("crit", json!([]), "MalformedToken");
    refused.header("alg", Json::Null, "MalformedToken");
    refused.header("alg", json!(["EdDSA"]), "MalformedToken");
    refused.header("kid", json!(5), "MalformedToken");
    refused.header("kid", json!("other"), "UnknownSigningKey");
    refused.header("kid", json!(""), "UnknownSigningKey");
    refused.header("kid", json!("../../d"), "UnknownSigningKey");
    for algorithm in [
        "RS384", "RS512", "PS256", "ES384", "ES256K", "Ed25519", "eddsa", "EDDSA", "",
    ] {
        refused.header("alg", json!(algorithm), "UnsupportedAlgorithm");
    }
    // A name twice, of which readers might take either.
    let claims = encode(refused.server.claims().to_string().as_bytes());
    let header = encode(br#"{"alg":"EdDSA","alg":"none","kid":"d"}"#);
    refused.token(
        &refused.signer.sign(&format!("{header}.{claims}")),
        "MalformedToken",
    );
}

#[test]
fn text_that_is_no_token() {
    let refused = Refused::new();
    let good = refused.signer.token(&refused.server.claims());
    let [header, claims, signature] = <[&str; 3]>::try_from(good.split('.').collect::<Vec<_>>()).unwrap();
    for token in [
        "x".to_owned(),
        ".".to_owned(),
        "..".to_owned(),
        "...".to_owned(),
        format!("{header}.{claims}"),
        format!("{header}..{signature}"),
        format!(".{claims}.{signature}"),
        format!("{good}."),
        format!(".{good}"),
        format!("{good}.{signature}"),
        format!("{header}.{claims}.{signature}.{claims}.{signature}"),
        format!("{good}="),
        format!("{header}={claims}.{signature}"),
        format!("{header}.{claims}=.{signature}"),
        format!("{header}.{claims}. {signature}"),
        format!("{}.{claims}.{signature}", encode(b"{")),
        format!("{}.{claims}.{signature}", encode(b"[]")),
        format!("{}.{claims}.{signature}", encode(b"\xff\xfe")),
    ] {
        refused.token(&token, "MalformedToken");
    }
    // Signed, and no claims all the same.
    for claims in [
        &b"[]"[..],
        b"null",
        b"\"ada\"",
        b"{",
        b"{}{}",
        b"\xff",
        "[".repeat(5000).as_bytes(),
    ] {
        let token = refused.signer.sign(&format!("{header}.{}", encode(claims)));
        refused.token(&token, "MalformedToken");
    }
    let deep = format!(
        r#"{{"iss":"{ISSUER}","x":{}1{}}}"#,
        "[".repeat(5000),
        "]".repeat(5000)
    );
    let token = refused
        .signer
        .sign(&format!("{header}.{}", encode(deep.as_bytes())));
    refused.token(&token, "MalformedToken");
}

#[test]
fn a_token_that_is_too_large_although_it_is_signed() {
    let refused = Refused::new();
    refused.claim("groups", json!("x".repeat(16 << 10)), "TokenTooLarge");
}

#[test]
fn on_every_route_and_whatever_is_called() {
    let refused = Refused::new();
    let claims = with(&refused.server.claims(), "exp", json!(0));
    let headers = format!("Authorization: Bearer {}\r\n", refused.signer.token(&claims));
    for route in [
        "/api/query",
        "/api/mutation",
        "/api/action",
        "/api/function",
        "/api/run/values/who",
    ] {
        for path in ["values:who", "values:bump", "values:hidden", "no:such"] {
            let body = format!(r#"{{"path":"{path}","args":{{}}}}"#);
            let reply = refused.server.running.post_with(route, &headers, body);
            assert_eq!(
                (reply.status, reply.code().as_str()),
                (401, "TokenExpired"),
                "{route} {path}"
            );
        }
    }
    let get = format!("GET /api/query?path=values:who HTTP/1.1\r\n{headers}");
    assert_eq!(refused.server.running.ask(&get, b"").status, 401);
}

#[test]
fn what_is_said_about_a_token_is_short() {
    let refused = Refused::new();
    let long = "x".repeat(5000);
    for token in [
        refused
            .signer
            .token(&with(&refused.server.claims(), "iss", json!(long))),
        refused.signer.token_with(
            &with(&refused.signer.header(), "alg", json!(long)),
            &refused.server.claims(),
        ),
        unsigned(&json!({"alg": long}), &json!({})) + ".",
    ] {
        let reply = refused.server.ask(&token);
        assert_eq!(reply.status, 401);
        assert!(reply.body.len() < 300, "{reply:?}");
    }
}

fn opening(issuers: Vec<Issuer>) -> String {
    let options = EngineOptions {
        issuers,
        ..EngineOptions::default()
    };
    let store = std::sync::Arc::new(Memory::new());
    Runtime::open(app::APP, store, options, OpenOptions::default())
        .unwrap_err()
        .to_string()
}

#[test]
fn issuers_that_cannot_be_trusted_refuse_the_start() {
    let keys = key_set(&[&Signer::eddsa("d")]);
    let jwks = |name: &str, audience: &str| Issuer::jwks(name, audience, &*keys);
    for (issuers, part) in [
        (vec![jwks("", "app")], "empty"),
        (vec![jwks("a|b", "app")], "`|`"),
        (vec![jwks("a", "")], "audience"),
        (vec![jwks("a", "app").audience("")], "audience"),
        (vec![jwks("a", "app"), jwks("a", "other")], "twice"),
        (vec![Issuer::oidc("http://login.example", "app")], "https"),
        (vec![Issuer::oidc("login.example", "app")], "https"),
        (
            vec![Issuer::jwks_url("a", "app", "http://10.0.0.1/keys")],
            "https",
        ),
        (vec![Issuer::jwks("a", "app", "")], "key set"),
        (vec![Issuer::jwks("a", "app", r#"{"keys":5}"#)], "key set"),
        (vec![Issuer::jwks("a", "app", r#"{"keys":[]}"#)], "no key"),
    ] {
        let error = opening(issuers);
        assert!(
            error.contains(part) && error.contains("issuer"),
            "{part}: {error}"
        );
    }
    let _: Error = Error::internal(opening(vec![jwks("", "app")]));
}

#[test]
fn keys_that_cannot_verify_are_no_keys() {
    let good = Signer::rs256("r").jwk();
    let weak = with(&good, "n", json!(encode(&[0xff; 128])));
    let point = Signer::es256("e").jwk();
    for key in [
        json!({"kty": "oct", "k": encode(b"secret"), "alg": "HS256"}),
        json!({"kty": "oct", "k": encode(b"secret"), "alg": "RS256"}),
        weak,
        with(&good, "use", json!("enc")),
        with(&good, "key_ops", json!(["encrypt"])),
        with(&good, "alg", json!("PS256")),
        with(&good, "alg", json!("HS256")),
        with(&good, "n", Json::Null),
        with(&good, "kty", json!("EC")),
        with(&point, "crv", json!("P-384")),
        with(&point, "x", json!(encode(&[1; 31]))),
        json!({"kty": "OKP", "crv": "X25519", "x": encode(&[1; 32])}),
        json!({"kty": "OKP", "crv": "Ed25519", "x": encode(&[1; 33])}),
        json!(5),
    ] {
        let set = json!({"keys": [key]}).to_string();
        let error = opening(vec![Issuer::jwks("a", "app", set)]);
        assert!(error.contains("no key that can verify"), "{key}: {error}");
    }
}
