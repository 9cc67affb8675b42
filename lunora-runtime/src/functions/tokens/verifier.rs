//! The verdict on tokens.

use std::{collections::HashMap, sync::Arc};

use lunora_core::{identity::Identity, time::Time};

use super::{
    claims::{Claims, Expected, text},
    issuer::{InvalidIssuer, Issuer, Source},
    jwk::{Key, KeySet, Wanted},
    jws::Jws,
    limits::TokenLimits,
    refusal::{InvalidToken, shown},
};
#[cfg(feature = "fetch")]
use super::{download::Downloader, provider::Provider};
use crate::functions::Clock;

/// Verifies tokens of the issuers that an application and its deployment trust.
#[derive(Debug)]
pub struct TokenVerifier {
    issuers: HashMap<String, Trusted>,
    clock: Arc<dyn Clock>,
    limits: TokenLimits,
}

/// An issuer with its keys.
#[derive(Debug)]
struct Trusted {
    audiences: Vec<String>,
    keys: Keys,
}

#[derive(Debug)]
enum Keys {
    Known(KeySet),
    #[cfg(feature = "fetch")]
    Published(Arc<Provider>),
}

/// Who a valid token is about, and until when it is one.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct VerifiedToken {
    /// The user.
    pub identity: Identity,
    /// The time at which the token expires, as it says itself.
    pub expires: Time,
}

impl TokenVerifier {
    /// Trusts these issuers. An issuer of `deployment` takes the place of that of the same name in `application`.
    pub(in crate::functions) fn new(
        application: Vec<Issuer>,
        deployment: Vec<Issuer>,
        clock: Arc<dyn Clock>,
        limits: TokenLimits,
    ) -> Result<Self, InvalidIssuer> {
        let mut issuers = by_name(application)?;
        issuers.extend(by_name(deployment)?);
        #[cfg(feature = "fetch")]
        let downloader = Arc::new(Downloader::new(limits));
        let trusted = issuers.into_values().map(|issuer| {
            let keys = match &issuer.keys {
                Source::Inline(jwks) => Keys::known(&issuer, jwks)?,
                #[cfg(feature = "fetch")]
                _ => Keys::Published(Provider::new(&issuer, &downloader, &clock, limits)?),
            };
            let audiences = issuer.audiences;
            Ok((issuer.name, Trusted { audiences, keys }))
        });
        Ok(Self {
            issuers: trusted.collect::<Result<_, _>>()?,
            clock,
            limits,
        })
    }

    /// Checks a token. One that is valid says who its bearer is; any other is refused.
    ///
    /// This may wait for the keys of an issuer, within [`TokenLimits::fetch_timeout`], and needs a tokio runtime then.
    pub async fn verify(&self, token: &str) -> Result<VerifiedToken, InvalidToken> {
        if self.issuers.is_empty() {
            return Err(InvalidToken::NoIssuers);
        }
        let token = Jws::parse(token, self.limits.token_bytes)?;
        let (issuer, trusted) = self.trusted(&token.claims)?;
        // What the claims are worth is not told before the signature is known to be good. But a token that could not
        // be valid anyhow makes nobody fetch keys.
        let worth_fetching = self.check(trusted, &token.claims).is_ok();
        let key = trusted.keys.find(&token.wanted(), worth_fetching).await?;
        key.verify(token.signed, &token.signature)?;
        let expires = self.check(trusted, &token.claims)?;
        let subject = text(&token.claims, "sub")?.to_owned();
        Ok(VerifiedToken {
            identity: Identity::from_token(issuer, subject, token.claims),
            expires,
        })
    }

    /// Fetches the keys of all issuers, so that the first users need not wait, and a provider that does not answer is
    /// in the log from the start. Returns at once; needs a tokio runtime.
    pub fn warm_up(&self) {
        #[cfg(feature = "fetch")]
        for trusted in self.issuers.values() {
            if let Keys::Published(provider) = &trusted.keys {
                provider.warm_up();
            }
        }
    }

    /// Names of the issuers that are trusted, in order.
    pub fn issuers(&self) -> Vec<&str> {
        let mut names: Vec<_> = self.issuers.keys().map(String::as_str).collect();
        names.sort_unstable();
        names
    }

    fn trusted(&self, claims: &Claims) -> Result<(&str, &Trusted), InvalidToken> {
        let name = text(claims, "iss")?;
        let found = self.issuers.get_key_value(name);
        let (name, trusted) = found.ok_or_else(|| InvalidToken::Issuer(shown(name)))?;
        Ok((name, trusted))
    }

    fn check(&self, trusted: &Trusted, claims: &Claims) -> Result<Time, InvalidToken> {
        let expected = Expected {
            audiences: &trusted.audiences,
            now: self.clock.now(),
            leeway: self.limits.leeway,
        };
        expected.check(claims)
    }
}

impl Keys {
    fn known(issuer: &Issuer, jwks: &str) -> Result<Self, InvalidIssuer> {
        let set = KeySet::parse(jwks.as_bytes());
        Ok(Self::Known(set.map_err(|error| {
            issuer.invalid(format_args!("its key set: {error}"))
        })?))
    }

    #[cfg_attr(
        not(feature = "fetch"),
        expect(unused_variables, clippy::unused_async, reason = "nothing is ever fetched")
    )]
    async fn find(&self, wanted: &Wanted<'_>, worth_fetching: bool) -> Result<Arc<Key>, InvalidToken> {
        match self {
            Self::Known(keys) => keys.find(wanted),
            #[cfg(feature = "fetch")]
            Self::Published(provider) => provider.find(wanted, worth_fetching).await,
        }
    }
}

fn by_name(issuers: Vec<Issuer>) -> Result<HashMap<String, Issuer>, InvalidIssuer> {
    let mut named = HashMap::with_capacity(issuers.len());
    for issuer in issuers {
        issuer.check()?;
        if let Some(other) = named.insert(issuer.name.clone(), issuer) {
            return Err(
                other.invalid("it is named twice; `.audience(..)` gives one issuer several audiences")
            );
        }
    }
    Ok(named)
}
