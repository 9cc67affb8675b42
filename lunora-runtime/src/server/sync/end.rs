//! How a connection ends: the last words, and the close frame.

use lunora_core::protocol::{AuthError, ServerMessage};
use tungstenite::protocol::{CloseFrame, frame::coding::CloseCode};

use super::versions::Versions;

/// Longest reason in a close frame (RFC 6455, section 5.5).
const MAX_REASON: usize = 123;

/// What is sent last.
#[derive(Debug)]
pub(super) enum Close {
    /// Nothing.
    Silently,
    /// A close frame that says nothing.
    Bare,
    With(CloseFrame),
}

/// Why a connection ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum End {
    /// The client has closed it.
    Closed,
    /// The network has.
    Gone,
    /// The client did what it would do again. Clients in browsers give up for good.
    Fatal(String),
    /// What the client presented is refused.
    Unauthorized(String),
    /// What was accepted before is not valid any more.
    CredentialEnded(String),
    /// These bytes are no WebSocket.
    NotWebSocket(CloseCode, String),
    /// No `Connect` came.
    NoConnect,
    /// A message has begun, and does not come to its end.
    Unfinished,
    /// The client does not answer.
    Silent,
    /// There is no room for what the client wants or does not read.
    Overloaded(&'static str),
    /// Something of the server's that may be better next time.
    Trouble(&'static str),
    /// The server ends.
    ShuttingDown,
}

impl End {
    /// What the client is told before the close frame.
    pub(super) fn last_words(&self, versions: &Versions) -> Option<ServerMessage> {
        let auth_error = |error: &String, auth_update_attempted| {
            ServerMessage::AuthError(AuthError {
                error: error.clone(),
                base_version: Some(versions.sent().identity),
                auth_update_attempted: Some(auth_update_attempted),
            })
        };
        match self {
            Self::Fatal(error) => Some(ServerMessage::FatalError { error: error.clone() }),
            Self::Unauthorized(error) => Some(auth_error(error, true)),
            Self::CredentialEnded(error) => Some(auth_error(error, false)),
            _ => None,
        }
    }

    /// What is sent last. Browser clients read the reason alone: its first word tells
    /// them how long to wait.
    pub(super) fn close(&self) -> Close {
        let (code, reason) = match self {
            Self::Closed | Self::Gone => return Close::Silently,
            Self::Fatal(_) | Self::Unauthorized(_) | Self::CredentialEnded(_) => return Close::Bare,
            Self::NotWebSocket(code, reason) => (*code, reason.clone()),
            Self::NoConnect => (
                CloseCode::Policy,
                "no Connect message came in time (limit: connect_timeout)".to_owned(),
            ),
            Self::Unfinished => (
                CloseCode::Policy,
                "a message did not come to its end in time (limit: message_timeout)".to_owned(),
            ),
            Self::Silent => (
                CloseCode::Away,
                "the client does not answer (limit: silence_timeout)".to_owned(),
            ),
            Self::Overloaded(why) => (CloseCode::Again, format!("TooManyConcurrentRequests: {why}")),
            Self::Trouble(why) => (CloseCode::Error, format!("InternalServerError: {why}")),
            Self::ShuttingDown => (CloseCode::Away, "the server is shutting down".to_owned()),
        };
        let reason = reason[..reason.floor_char_boundary(MAX_REASON)].into();
        Close::With(CloseFrame { code, reason })
    }

    /// Whether answers to mutations that are being committed are worth waiting for.
    pub(super) const fn waits_for_commits(&self) -> bool {
        matches!(
            self,
            Self::ShuttingDown | Self::CredentialEnded(_) | Self::Unauthorized(_)
        )
    }

    /// Whether what these answers mean for the queries is worth waiting for. Not where nobody knows any more for whom
    /// they are.
    pub(super) const fn waits_for_results(&self) -> bool {
        matches!(self, Self::ShuttingDown)
    }

    /// Whether there is somebody to be told anything.
    pub(super) const fn is_heard(&self) -> bool {
        !matches!(self, Self::Gone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_fit_into_a_close_frame() {
        let end = End::NotWebSocket(CloseCode::Protocol, "ä".repeat(200));
        let Close::With(frame) = end.close() else { panic!() };
        assert_eq!(frame.reason.len(), 122);
    }
}
