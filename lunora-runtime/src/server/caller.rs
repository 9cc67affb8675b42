//! Who sends a request: the `Authorization` header.

use data_encoding::BASE64;
use http::{HeaderMap, StatusCode, header};
use lunora_core::identity::Identity;

use super::problem::Problem;
use crate::functions::{AdminCaller, AdminKeys};

/// Who sends a request. There is no third sort, and a bad credential makes neither.
#[derive(Debug)]
pub(super) enum Caller {
    /// Anybody, with an identity if a token vouches for one.
    Public(Option<Identity>),
    /// The holder of an admin key, acting as a user if they said so.
    Admin(AdminCaller, Option<Identity>),
}

impl Caller {
    /// Whether nothing is known about the caller.
    pub(super) fn is_anonymous(&self) -> bool {
        matches!(self, Self::Public(None))
    }

    /// Whether system errors are shown in full.
    pub(super) fn is_admin(&self) -> bool {
        matches!(self, Self::Admin(..))
    }

    /// Reads the `Authorization` header. One that is present and not valid is refused, never ignored.
    pub(super) fn of(headers: &HeaderMap, keys: &AdminKeys) -> Result<Self, Problem> {
        let mut values = headers.get_all(header::AUTHORIZATION).iter();
        let Some(value) = values.next() else {
            return Ok(Self::Public(None));
        };
        if values.next().is_some() {
            return Err(unreadable("there is more than one"));
        }
        let value = value
            .to_str()
            .map_err(|_| unreadable("it is not visible ASCII"))?;
        let (scheme, credential) = value
            .split_once(' ')
            .ok_or_else(|| unreadable("it has no scheme and credential"))?;
        match credential.trim() {
            "" => Err(unreadable("its credential is empty")),
            key if scheme.eq_ignore_ascii_case("convex") => admin(key, keys),
            _ if scheme.eq_ignore_ascii_case("bearer") => Err(no_provider()),
            _ => Err(Problem::unauthorized(
                "InvalidAuthHeader",
                "The scheme is neither Bearer nor Convex.",
            )),
        }
    }
}

/// `<admin key>` or `<admin key>:<base64 of JSON attributes>`.
fn admin(credential: &str, keys: &AdminKeys) -> Result<Caller, Problem> {
    let credential = without_display_prefix(credential);
    let (key, attributes) = match credential.split_once(':') {
        Some((key, attributes)) => (key, Some(attributes)),
        None => (credential, None),
    };
    let caller = keys.verify(key).map_err(|_| bad_key())?;
    let identity = attributes
        .map(|attributes| acting_as(attributes, &caller))
        .transpose()?;
    Ok(Caller::Admin(caller, identity))
}

/// Tools show keys with the sort of deployment before them; it means nothing.
fn without_display_prefix(key: &str) -> &str {
    ["prod:", "dev:"]
        .iter()
        .find_map(|prefix| key.strip_prefix(prefix))
        .unwrap_or(key)
}

fn acting_as(attributes: &str, caller: &AdminCaller) -> Result<Identity, Problem> {
    if !caller.may_act_as() {
        let message = "This admin key has no scope `act-as`.";
        return Err(Problem::new(StatusCode::FORBIDDEN, "Forbidden", message));
    }
    let json = BASE64
        .decode(attributes.as_bytes())
        .map_err(|_| bad_attributes("not base64"))?;
    let attributes = serde_json::from_slice(&json).map_err(|_| bad_attributes("not JSON"))?;
    Identity::from_attributes(attributes).map_err(bad_attributes)
}

fn unreadable(why: &str) -> Problem {
    Problem::bad_request(
        "InvalidAuthHeader",
        format!("The Authorization header cannot be read: {why}."),
    )
}

fn bad_attributes(why: impl std::fmt::Display) -> Problem {
    Problem::bad_request(
        "InvalidAuthHeader",
        format!("The identity after the admin key cannot be read: {why}."),
    )
}

fn bad_key() -> Problem {
    Problem::unauthorized("BadAdminKey", "This is not a valid admin key of this server.")
}

fn no_provider() -> Problem {
    let message = "This server trusts no issuer of tokens, so no Bearer token can be valid here.";
    Problem::unauthorized("NoAuthProvider", message)
}

#[cfg(test)]
mod tests {
    use super::without_display_prefix;

    #[test]
    fn one_display_prefix_is_dropped() {
        let plain = ["k|s", "prod:k|s", "dev:k|s", "prod:dev:k"].map(without_display_prefix);
        assert_eq!(plain, ["k|s", "k|s", "k|s", "dev:k"]);
    }
}
