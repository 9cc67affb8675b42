//! From what a caller presents to who they are, and for how long: the same for a request and for a connection.

use std::{fmt, sync::Arc, time::Duration};

use lunora_core::{
    identity::{Identity, InvalidIdentity},
    time::Time,
};
use serde_json::Value as Json;

use super::{
    ActingCaller, AdminCaller, Clock, InvalidAdminKey, InvalidToken, MissingScope, Revocation, Runtime,
};

/// What a caller presents.
#[derive(Debug)]
pub enum Credential<'a> {
    /// Nothing.
    None,
    /// The token of a user.
    Token(&'a str),
    /// An admin key, and the attributes of the user to act as.
    AdminKey {
        /// The key.
        key: &'a str,
        /// The user, as [`Identity::from_attributes`] reads it.
        acting_as: Option<Json>,
    },
}

/// Who calls. There is no further sort, and a bad credential makes none of these.
#[derive(Debug)]
pub enum Caller {
    /// Anybody, with an identity if a token vouches for one.
    Public(Option<Arc<Identity>>),
    /// The holder of an admin key that opens no internal functions, in the name of a user.
    Acting(Arc<ActingCaller>),
    /// The holder of an admin key that opens them, acting as a user if they said so.
    Admin(Arc<AdminCaller>, Option<Arc<Identity>>),
}

/// A caller, and how long they are that.
#[derive(Debug)]
#[non_exhaustive]
pub struct Authenticated {
    /// Who calls.
    pub caller: Caller,
    /// How long that holds, for those who are let in for longer than one request.
    pub validity: Validity,
}

/// Why a caller is not let in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AuthError {
    /// The token is not valid.
    #[error("The token is refused: {0}.")]
    Token(#[from] InvalidToken),
    /// The key is not valid.
    #[error("This is not a valid admin key of this server.")]
    Key(#[from] InvalidAdminKey),
    /// The key is valid and not for this.
    #[error("This is not allowed: {0}.")]
    Scope(#[from] MissingScope),
    /// The attributes of the user to act as cannot be read.
    #[error("The identity after the admin key cannot be read: {0}.")]
    Attributes(#[from] InvalidIdentity),
}

impl AuthError {
    /// The same in one word, for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Token(error) => error.code(),
            Self::Key(_) => "BadAdminKey",
            Self::Scope(_) => "Forbidden",
            Self::Attributes(_) => "InvalidAuthHeader",
        }
    }

    /// When to try again, if this says something about the moment and nothing about the credential.
    pub const fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Token(error) => error.retry_after(),
            _ => None,
        }
    }
}

/// How long a caller is who they are.
#[derive(Debug, Clone)]
pub enum Validity {
    /// Nobody in particular, which does not end.
    Unlimited,
    /// Until a token expires.
    Token(Expiry),
    /// Until an admin key is revoked.
    Key(Revocation),
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Ended {
    /// The token expired.
    #[error("The token has expired.")]
    Expired,
    /// The key was revoked.
    #[error("The admin key has been revoked.")]
    Revoked,
}

/// The end of a token, by the server's clock.
#[derive(Clone)]
pub struct Expiry {
    time: Time,
    clock: Arc<dyn Clock>,
}

impl Expiry {
    /// Whether the token has expired. There is no leeway: this is for connections, which can wait for a new token.
    pub fn is_over(&self) -> bool {
        self.clock.now() >= self.time
    }
}

impl fmt::Debug for Expiry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Expiry").field(&self.time).finish()
    }
}

impl Validity {
    /// How it has ended, if it has: to be asked before anything is sent in the caller's name.
    pub fn is_over(&self) -> Option<Ended> {
        match self {
            Self::Unlimited => None,
            Self::Token(expiry) => expiry.is_over().then_some(Ended::Expired),
            Self::Key(revocation) => revocation.is_over().then_some(Ended::Revoked),
        }
    }

    /// Resolves when it ends, and not before.
    pub async fn ended(&self) -> Ended {
        match self {
            Self::Unlimited => std::future::pending().await,
            Self::Token(expiry) => {
                expiry.clock.wait_until(expiry.time).await;
                Ended::Expired
            }
            Self::Key(revocation) => {
                revocation.ended().await;
                Ended::Revoked
            }
        }
    }
}

impl Runtime {
    /// Who presents this, for one request. What is presented and not valid is refused, never ignored.
    pub async fn authenticate(&self, credential: Credential<'_>) -> Result<Authenticated, AuthError> {
        let authenticated = match credential {
            Credential::None => Ok(Authenticated {
                caller: Caller::Public(None),
                validity: Validity::Unlimited,
            }),
            Credential::Token(token) => self.with_token(token).await,
            Credential::AdminKey { key, acting_as } => self.with_key(key, acting_as),
        };
        if let Err(error) = &authenticated {
            tracing::debug!(code = error.code(), %error, "not let in");
        }
        authenticated
    }

    /// Who presents this, for a connection that stays: a token that is over by now is refused although a single
    /// request would still have had the leeway.
    ///
    /// From then on nothing is sent in the caller's name once [`Validity::ended`] has resolved.
    pub async fn authenticate_connection(
        &self,
        credential: Credential<'_>,
    ) -> Result<Authenticated, AuthError> {
        let authenticated = self.authenticate(credential).await?;
        match authenticated.validity.is_over() {
            None => Ok(authenticated),
            Some(Ended::Expired) => Err(InvalidToken::Expired.into()),
            Some(Ended::Revoked) => Err(InvalidAdminKey.into()),
        }
    }

    async fn with_token(&self, token: &str) -> Result<Authenticated, AuthError> {
        let token = self.tokens().verify(token).await?;
        let expiry = Expiry {
            time: token.expires,
            clock: self.clock(),
        };
        Ok(Authenticated {
            caller: Caller::Public(Some(Arc::new(token.identity))),
            validity: Validity::Token(expiry),
        })
    }

    fn with_key(&self, key: &str, acting_as: Option<Json>) -> Result<Authenticated, AuthError> {
        let key = self.admin_keys().verify(key)?;
        let validity = Validity::Key(key.revocation().clone());
        let user = acting_as.map(Identity::from_attributes).transpose()?;
        let caller = match user {
            Some(user) if !key.opens_internal_functions() => Caller::Acting(Arc::new(key.act_as(user)?)),
            user => {
                let caller = key.run_internal()?;
                if user.is_some() {
                    caller.require_act_as()?;
                }
                Caller::Admin(Arc::new(caller), user.map(Arc::new))
            }
        };
        Ok(Authenticated { caller, validity })
    }
}
