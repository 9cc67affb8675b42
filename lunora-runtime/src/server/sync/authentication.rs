//! Who is calling: from an `Authenticate` message to a caller, and to the end of what was accepted.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use lunora_core::{identity::Identity, protocol::AuthToken};

use super::{
    super::caller::{Caller, without_display_prefix},
    end::End,
};
use crate::functions::{AuthError, Authenticated, Credential, Ended, Runtime, Validity};

/// What a client is told whose token nobody can check.
pub(super) const UNCHECKED: &str = "the token cannot be checked at the moment";

/// Who is calling on a connection.
pub(super) struct Authentication {
    caller: Arc<Caller>,
    /// The caller's, to be shared by all that they watch.
    identity: Option<Arc<Identity>>,
    validity: Validity,
    /// Resolves when what was accepted ends; nothing where it does not.
    end: Option<Pin<Box<dyn Future<Output = Ended> + Send>>>,
    /// The verdict on something new.
    verdict: Option<Verdict>,
}

type Verdict = Pin<Box<dyn Future<Output = Result<Authenticated, AuthError>> + Send>>;

impl Authentication {
    /// Nobody in particular.
    pub(super) fn anonymous() -> Self {
        Self {
            caller: Arc::new(Caller::Public(None)),
            identity: None,
            validity: Validity::Unlimited,
            end: None,
            verdict: None,
        }
    }

    pub(super) const fn caller(&self) -> &Arc<Caller> {
        &self.caller
    }

    pub(super) const fn identity(&self) -> Option<&Arc<Identity>> {
        self.identity.as_ref()
    }

    /// Whether something is being looked at. Until it is done, nobody knows who sends what comes after it.
    pub(super) const fn is_open(&self) -> bool {
        self.verdict.is_some()
    }

    /// Has a credential looked at.
    pub(super) fn begin(&mut self, runtime: Runtime, token: AuthToken) {
        self.verdict = Some(Box::pin(async move {
            let credential = match &token {
                AuthToken::None => Credential::None,
                AuthToken::User(token) => Credential::Token(token),
                AuthToken::Admin { key, acting_as } => Credential::AdminKey {
                    key: without_display_prefix(key),
                    acting_as: acting_as.clone(),
                },
            };
            runtime.authenticate_connection(credential).await
        }));
    }

    /// Resolves when what was presented is accepted. True if the caller is another one than before.
    pub(super) fn poll_verdict(&mut self, cx: &mut Context<'_>) -> Poll<Result<bool, End>> {
        let Some(verdict) = &mut self.verdict else {
            return Poll::Pending;
        };
        let Poll::Ready(verdict) = verdict.as_mut().poll(cx) else {
            return Poll::Pending;
        };
        self.verdict = None;
        Poll::Ready(match verdict {
            Ok(authenticated) => {
                let before = Arc::clone(&self.caller);
                self.accept(authenticated);
                Ok(!is_same(&before, &self.caller))
            }
            // That says nothing about what was presented.
            Err(error) if error.retry_after().is_some() => {
                tracing::debug!(%error, "a caller could not be checked");
                Err(End::Trouble(UNCHECKED))
            }
            Err(error) => Err(End::Unauthorized(error.to_string())),
        })
    }

    fn accept(&mut self, Authenticated { caller, validity }: Authenticated) {
        self.identity = match &caller {
            Caller::Public(identity) | Caller::Admin(_, identity) => identity.clone(),
            Caller::Acting(_) => None,
        };
        self.caller = Arc::new(caller);
        self.end = match &validity {
            Validity::Unlimited => None,
            limited => {
                let limited = limited.clone();
                Some(Box::pin(async move { limited.ended().await }))
            }
        };
        self.validity = validity;
    }

    /// Whether what was accepted has ended; the task is woken when it does.
    pub(super) fn check(&mut self, cx: &mut Context<'_>) -> Result<(), End> {
        match self.end.as_mut().map(|end| end.as_mut().poll(cx)) {
            Some(Poll::Ready(ended)) => Err(End::CredentialEnded(ended.to_string())),
            _ => self.check_now(),
        }
    }

    /// The same by the clock, right before something is told to the caller.
    pub(super) fn check_now(&self) -> Result<(), End> {
        match self.validity.is_over() {
            Some(ended) => Err(End::CredentialEnded(ended.to_string())),
            None => Ok(()),
        }
    }
}

/// Whether nothing can come to something else for the one than for the other: nobody again, or a user with a new token.
/// What a key is good for is looked at each time.
fn is_same(before: &Caller, now: &Caller) -> bool {
    matches!((before, now), (Caller::Public(before), Caller::Public(now)) if before == now)
}
