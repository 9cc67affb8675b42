//! Who sends a request: the `Authorization` header.

use std::sync::Arc;

use data_encoding::BASE64;
use http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts};
use lunora_core::identity::Identity;
use serde_json::Value as Json;

use super::problem::Problem;
pub(super) use crate::functions::Caller;
use crate::functions::{AdminKey, AuthError, Credential, Runtime};

/// A user whom a test vouches for. It is put with a request inside this process, and nothing that is sent becomes one.
#[derive(Debug, Clone)]
pub(super) struct Vouched(pub(super) Arc<Identity>);

/// The user whom a test vouches for.
pub(super) fn vouched(request: &Parts) -> Option<Arc<Identity>> {
    let Vouched(user) = request.extensions.get()?;
    Some(Arc::clone(user))
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

    /// Reads the `Authorization` header, where no test vouches for a user. One that is present and not valid is refused, never
    /// ignored.
    pub(super) async fn of(request: &Parts, runtime: &Runtime) -> Result<Self, Problem> {
        if let Some(user) = vouched(request) {
            return Ok(Self::Public(Some(user)));
        }
        let authenticated = runtime.authenticate(credential(&request.headers)?).await?;
        Ok(authenticated.caller)
    }
}

/// The user whom a valid token vouches for, for HTTP actions: there the header may be the application's own, so anything
/// else in it means nothing. An admin key is no user. While a token cannot be checked, nobody knows who sends it.
pub(super) async fn identity(
    headers: &HeaderMap,
    runtime: &Runtime,
) -> Result<Option<Arc<Identity>>, Problem> {
    let Ok(token @ Credential::Token(_)) = credential(headers) else {
        return Ok(None);
    };
    match runtime.authenticate(token).await {
        Ok(authenticated) => Ok(match authenticated.caller {
            Caller::Public(identity) => identity,
            Caller::Acting(_) | Caller::Admin(..) => None,
        }),
        Err(error) if error.retry_after().is_some() => Err(error.into()),
        Err(_) => Ok(None),
    }
}

impl From<AuthError> for Problem {
    fn from(error: AuthError) -> Self {
        let (code, message) = (error.code(), error.to_string());
        match (&error, error.retry_after()) {
            (_, Some(delay)) => Self::unavailable(code, message, delay),
            (AuthError::Token(_) | AuthError::Key(_), None) => Self::unauthorized(code, message),
            (AuthError::Scope(_), None) => Self::new(StatusCode::FORBIDDEN, code, message),
            (AuthError::Attributes(_), None) => Self::bad_request(code, message),
        }
    }
}

/// The admin key that a request presents, for routes that nothing else opens. What the key is good for is asked next.
pub(super) fn admin_key(headers: &HeaderMap, runtime: &Runtime) -> Result<AdminKey, Problem> {
    let Credential::AdminKey { key, acting_as: None } = credential(headers)? else {
        let message = "This takes an admin key, in nobody's name: `Authorization: Convex <key>`.";
        return Err(Problem::unauthorized("BadAdminKey", message));
    };
    Ok(runtime.admin_keys().verify(key).map_err(AuthError::from)?)
}

/// What the header presents.
fn credential(headers: &HeaderMap) -> Result<Credential<'_>, Problem> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(Credential::None),
        (Some(value), None) => presented(value),
        (Some(_), Some(_)) => Err(unreadable("there is more than one")),
    }
}

fn presented(value: &HeaderValue) -> Result<Credential<'_>, Problem> {
    let value = value
        .to_str()
        .map_err(|_| unreadable("it is not visible ASCII"))?;
    let (scheme, credential) = value
        .split_once(' ')
        .ok_or_else(|| unreadable("it has no scheme and credential"))?;
    match credential.trim() {
        "" => Err(unreadable("its credential is empty")),
        key if scheme.eq_ignore_ascii_case("convex") => admin(key),
        token if scheme.eq_ignore_ascii_case("bearer") => Ok(Credential::Token(token)),
        _ => Err(Problem::unauthorized(
            "InvalidAuthHeader",
            "The scheme is neither Bearer nor Convex.",
        )),
    }
}

/// `<admin key>` or `<admin key>:<base64 of JSON attributes>`.
fn admin(credential: &str) -> Result<Credential<'_>, Problem> {
    let credential = without_display_prefix(credential);
    let (key, attributes) = match credential.split_once(':') {
        Some((key, attributes)) => (key, Some(attributes)),
        None => (credential, None),
    };
    let acting_as = attributes.map(read_attributes).transpose()?;
    Ok(Credential::AdminKey { key, acting_as })
}

/// Tools show keys with the sort of deployment before them; it means nothing.
pub(super) fn without_display_prefix(key: &str) -> &str {
    ["prod:", "dev:"]
        .iter()
        .find_map(|prefix| key.strip_prefix(prefix))
        .unwrap_or(key)
}

fn read_attributes(attributes: &str) -> Result<Json, Problem> {
    let json = BASE64
        .decode(attributes.as_bytes())
        .map_err(|_| bad_attributes("not base64"))?;
    serde_json::from_slice(&json).map_err(|_| bad_attributes("not JSON"))
}

fn unreadable(why: &str) -> Problem {
    Problem::bad_request(
        "InvalidAuthHeader",
        format!("The Authorization header cannot be read: {why}."),
    )
}

fn bad_attributes(why: &str) -> Problem {
    Problem::bad_request(
        "InvalidAuthHeader",
        format!("The identity after the admin key cannot be read: {why}."),
    )
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
