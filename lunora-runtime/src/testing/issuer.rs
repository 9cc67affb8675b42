//! Tokens for tests.

use std::{sync::Arc, time::Duration};

use data_encoding::BASE64URL_NOPAD;
use lunora_core::time::Time;
use rand::Rng;
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde_json::{Value as Json, json};

use crate::functions::Issuer;

/// An issuer whose keys the test has: its tokens are real ones, and a server that trusts it verifies them as any other.
///
/// ```
/// # use lunora_runtime::{functions::App, testing::{TestApp, TestIssuer}};
/// # fn app() -> App { App::__new(&[]) }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> lunora_core::error::Result<()> {
/// let issuer = TestIssuer::new("https://login.example", "my-app");
/// let test = TestApp::new(app().trust(issuer.trusted()))?;
///
/// let token = issuer.token("ada", test.clock().now());
/// let ada = test.runtime().tokens().verify(&token).await?.identity;
/// assert_eq!(ada.token_identifier, "https://login.example|ada");
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct TestIssuer {
    name: String,
    audience: String,
    key_id: String,
    keys: Arc<Ed25519KeyPair>,
}

impl TestIssuer {
    /// An issuer with a new key of id `test`, whose tokens are for `audience`.
    ///
    /// # Panics
    ///
    /// Never: every seed makes a key.
    pub fn new(name: impl Into<String>, audience: impl Into<String>) -> Self {
        let mut seed = [0; 32];
        rand::rng().fill_bytes(&mut seed);
        let keys = Ed25519KeyPair::from_seed_unchecked(&seed).expect("32 bytes are a seed");
        Self {
            name: name.into(),
            audience: audience.into(),
            key_id: "test".to_owned(),
            keys: Arc::new(keys),
        }
    }

    /// The same issuer with a new key of id `key_id`: what a rotation of keys leaves.
    #[must_use]
    pub fn with_new_key(&self, key_id: impl Into<String>) -> Self {
        Self {
            key_id: key_id.into(),
            ..Self::new(self.name.clone(), self.audience.clone())
        }
    }

    /// What an application trusts that trusts this issuer.
    pub fn trusted(&self) -> Issuer {
        Issuer::jwks(&self.name, &self.audience, self.jwks())
    }

    /// The public key as a JSON Web Key.
    pub fn jwk(&self) -> Json {
        let point = BASE64URL_NOPAD.encode(self.keys.public_key().as_ref());
        json!({"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": self.key_id, "x": point})
    }

    /// The public key as a JSON Web Key Set.
    pub fn jwks(&self) -> String {
        json!({"keys": [self.jwk()]}).to_string()
    }

    /// A token for the user `subject`, valid for an hour from `now`.
    pub fn token(&self, subject: &str, now: Time) -> String {
        self.sign(&self.claims(subject, now, Duration::from_hours(1)))
    }

    /// The claims of a token for the user `subject` that is valid from `now` on for `lifetime`: to be changed, and
    /// then to be [signed](Self::sign).
    pub fn claims(&self, subject: &str, now: Time, lifetime: Duration) -> Json {
        let seconds = |time: Time| (time.as_millis() / 1_000.0).floor();
        json!({
            "iss": self.name, "sub": subject, "aud": self.audience,
            "iat": seconds(now), "exp": seconds(now + lifetime),
        })
    }

    /// A token that claims exactly this.
    pub fn sign(&self, claims: &Json) -> String {
        let header = json!({"alg": "EdDSA", "typ": "JWT", "kid": self.key_id});
        let encode = |part: &[u8]| BASE64URL_NOPAD.encode(part);
        let signed = [header.to_string(), claims.to_string()].map(|part| encode(part.as_bytes()));
        let signed = signed.join(".");
        let signature = encode(self.keys.sign(signed.as_bytes()).as_ref());
        format!("{signed}.{signature}")
    }
}
