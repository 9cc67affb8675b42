//! Tokens, where they come from, and for how long they are good.

use std::{fmt, pin::Pin, sync::Arc, time::Duration};

use data_encoding::BASE64URL_NOPAD;
use lunora_core::error::Result;
use serde::{Deserialize, de::DeserializeOwned};

/// A token is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct TokenRequest {
    /// The last one was refused or is about to end: one from a cache will not do.
    pub force_refresh: bool,
}

/// What the fetcher gives: a token, or `None` to call for nobody.
pub(crate) type Fetched = Result<Option<String>>;
/// A fetch under way.
pub(crate) type Fetching = Pin<Box<dyn Future<Output = Fetched> + Send>>;

/// The user's function that fetches tokens.
#[derive(Clone)]
pub(crate) struct Fetcher(Arc<dyn Fn(TokenRequest) -> Fetching + Send + Sync>);

impl Fetcher {
    pub(crate) fn new<Fut>(fetch: impl Fn(TokenRequest) -> Fut + Send + Sync + 'static) -> Self
    where
        Fut: Future<Output = Fetched> + Send + 'static,
    {
        Self(Arc::new(move |request| Box::pin(fetch(request))))
    }

    pub(crate) fn fetch(&self, force_refresh: bool) -> Fetching {
        (self.0)(TokenRequest { force_refresh })
    }
}

impl fmt::Debug for Fetcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fetcher")
    }
}

/// Whom a token names. A server knows its users by both.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Bearer {
    iss: String,
    sub: String,
}

impl Bearer {
    /// By the token's own account. That is nothing to trust, and only tells apart whom this client calls for.
    pub(crate) fn of(token: &str) -> Option<Self> {
        claims(token)
    }
}

/// How long before its end a token is replaced.
const LEEWAY: Duration = Duration::from_secs(10);

/// After which time a token that is new now should be replaced: shortly before it ends by its own account. That is the
/// difference of two of its claims, so this machine's clock may be wrong.
pub(crate) fn refresh_after(token: &str) -> Option<Duration> {
    #[derive(Deserialize)]
    struct Claims {
        iat: f64,
        exp: f64,
    }
    let claims: Claims = claims(token)?;
    let lifetime = Duration::try_from_secs_f64(claims.exp - claims.iat).ok()?;
    Some(lifetime.saturating_sub(LEEWAY).max(lifetime / 2))
}

fn claims<T: DeserializeOwned>(token: &str) -> Option<T> {
    let payload = token.split('.').nth(1)?;
    let payload = BASE64URL_NOPAD.decode(payload.as_bytes()).ok()?;
    serde_json::from_slice(&payload).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(payload: &str) -> String {
        format!("e30.{}.c2ln", BASE64URL_NOPAD.encode(payload.as_bytes()))
    }

    #[test]
    fn tokens_are_replaced_before_they_end() {
        let minute = token(r#"{"iat":1000,"exp":1060}"#);
        assert_eq!(refresh_after(&minute), Some(Duration::from_secs(50)));
        let short = token(r#"{"iat":1000,"exp":1008}"#);
        assert_eq!(refresh_after(&short), Some(Duration::from_secs(4)));
    }

    #[test]
    fn tokens_that_do_not_say_are_left_alone() {
        for text in [
            "",
            "a.b.c",
            "no dots",
            &token("{}"),
            &token(r#"{"iat":2,"exp":1}"#),
        ] {
            assert_eq!(refresh_after(text), None, "{text}");
        }
    }
}
