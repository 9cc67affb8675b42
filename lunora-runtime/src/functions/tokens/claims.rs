//! What a token claims, and whether that holds here and now.

use std::time::Duration;

use lunora_core::time::Time;
use serde_json::{Map, Value as Json};

use super::refusal::InvalidToken;

/// The end of the year 9999. What claims to be valid for longer is valid until then.
const LAST: Time = Time::from_millis(253_402_300_799_000.0);

pub(super) type Claims = Map<String, Json>;

/// Whom the claims of a token have to fit.
#[derive(Debug)]
pub(super) struct Expected<'a> {
    pub(super) audiences: &'a [String],
    pub(super) now: Time,
    pub(super) leeway: Duration,
}

/// A claim that is text, and not none.
pub(super) fn text<'a>(claims: &'a Claims, name: &'static str) -> Result<&'a str, InvalidToken> {
    let text = claims.get(name).and_then(Json::as_str);
    text.filter(|text| !text.is_empty())
        .ok_or(InvalidToken::Claim(name))
}

impl Expected<'_> {
    /// Checks everything but the issuer; gives the time at which the token expires.
    pub(super) fn check(&self, claims: &Claims) -> Result<Time, InvalidToken> {
        text(claims, "sub")?;
        self.check_audience(claims)?;
        let expires = required_time(claims, "exp")?;
        // Nothing here depends on it; clients compute from it when to refresh.
        required_time(claims, "iat")?;
        if expires + self.leeway <= self.now {
            return Err(InvalidToken::Expired);
        }
        match time(claims, "nbf")? {
            Some(start) if start > self.now + self.leeway => Err(InvalidToken::NotYetValid),
            _ => Ok(expires),
        }
    }

    fn check_audience(&self, claims: &Claims) -> Result<(), InvalidToken> {
        let meant = |audience: &Json| {
            let audience = audience.as_str();
            self.audiences.iter().any(|own| audience == Some(own))
        };
        let found = match claims.get("aud") {
            Some(Json::Array(audiences)) => audiences.iter().any(meant),
            Some(audience @ Json::String(_)) => meant(audience),
            _ => return Err(InvalidToken::Claim("aud")),
        };
        if found {
            Ok(())
        } else {
            Err(InvalidToken::Audience)
        }
    }
}

/// Seconds since 1970, which may have a fraction.
fn time(claims: &Claims, name: &'static str) -> Result<Option<Time>, InvalidToken> {
    let Some(claim) = claims.get(name) else {
        return Ok(None);
    };
    let seconds = claim.as_f64().ok_or(InvalidToken::Claim(name))?;
    Ok(Some(Time::from_millis((seconds * 1_000.0).min(LAST.as_millis()))))
}

fn required_time(claims: &Claims, name: &'static str) -> Result<Time, InvalidToken> {
    time(claims, name)?.ok_or(InvalidToken::Claim(name))
}
