//! Why a call has no result.

use lunora_core::{error::Error, protocol::CallFailure};

/// The cause of an [`Error`] that is no application error, found with `error.downcast_ref::<CallError>()`.
///
/// The data of an application error comes with `error.app::<Billing>()` instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// The server's answer: a refusal, or a failure of which it tells no more than a number to ask about.
    #[error("{0}")]
    Failed(String),
    /// The connection broke while an action was under way. It may have run, or not.
    #[error("the connection was lost while the action was under way; whether it ran is not known")]
    Lost,
    /// The connection broke before a mutation was answered, and the client calls for another user since, or for nobody.
    /// For them it would be another mutation, so it is not sent again. It may have run, or not.
    #[error(
        "the connection was lost before the mutation was answered, and the user has changed since, so it was not sent \
         again; whether it ran is not known"
    )]
    UserChanged,
    /// A mutation or an action could not be sent before the client called for another user, or for nobody, or for whom it was
    /// made could not be found out: a later `set_auth` overtook the token that was to tell, which then did not come. It has
    /// not run.
    #[error("the user has changed, or may have, before the call could be sent; it has not run")]
    NotSent,
    /// A mutation or an action was sent and not answered before the client gave up, for the reason that is in here. It may
    /// have run, or not.
    #[error("the call was sent and was not answered, so whether it ran is not known: {0}")]
    Unanswered(Box<Self>),
    /// The server has refused several tokens one after another. A mutation or an action that fails with this has not run.
    /// Calls go on after `set_auth` or `clear_auth`.
    #[error("the server does not take the tokens that it is given: {0}")]
    Unauthenticated(String),
    /// The server does not speak as it should, or says that this client does not. There is no use in trying again.
    #[error("the server has ended the conversation: {0}")]
    Ended(String),
    /// The task that held the connection is gone, with the runtime that it ran on.
    #[error("the client's runtime has shut down")]
    Stopped,
}

/// The address is not one of a server.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{url:?} is not the address of a server: {problem}")]
pub struct InvalidUrl {
    pub(crate) url: String,
    pub(crate) problem: &'static str,
}

/// What a call ends with when it has no value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Failure {
    /// The function or the server says no.
    Function(CallFailure),
    /// Nothing was said.
    Call(CallError),
}

impl From<CallError> for Failure {
    fn from(error: CallError) -> Self {
        Self::Call(error)
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Function(CallFailure { data: Some(data), .. }) => Self::app(data),
            Failure::Function(CallFailure { message, .. }) => Self::internal(CallError::Failed(message)),
            Failure::Call(error) => Self::internal(error),
        }
    }
}
