//! Text that is not a message.

/// Longest text about a message, in bytes: a message may be large, what is said about it is not.
const MAX_TEXT: usize = 500;

/// A text that is no message of the protocol, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct MalformedMessage(String);

impl MalformedMessage {
    pub(super) fn new(why: impl ToString) -> Self {
        let mut text = why.to_string();
        text.truncate(text.floor_char_boundary(MAX_TEXT));
        Self(text)
    }

    /// A message of this type needs this field.
    pub(super) fn missing(message: &str, field: &str) -> Self {
        Self::new(format!("{message} needs `{field}`"))
    }

    /// There is no message of this type.
    pub(super) fn unknown(message: &str) -> Self {
        let shown = &message[..message.floor_char_boundary(100)];
        Self::new(format!("there is no message of type {shown:?}"))
    }
}

impl From<serde_json::Error> for MalformedMessage {
    fn from(error: serde_json::Error) -> Self {
        Self::new(error)
    }
}
