//! What people may be called and may write, and what they hear when it is something else.

use lunora::prelude::*;

/// Longest name of a person or room, in characters.
pub const MAX_NAME: u32 = 24;
/// Longest message, in characters.
pub const MAX_BODY: u32 = 2_000;

/// Why something is refused.
#[data]
#[derive(Debug, Clone, PartialEq, AppError)]
#[serde(tag = "code")]
pub enum Refusal {
    /// There is nothing in it.
    Empty,
    /// It has more characters than that.
    TooLong {
        /// How many it may have.
        limit: u32,
    },
    /// A name is one line of visible characters.
    InvalidName,
    /// A room's name has small letters, digits and hyphens.
    InvalidRoomName,
    /// There are as many rooms as there may be.
    TooManyRooms,
    /// There is no such room (any more).
    UnknownRoom,
    /// The bot does not know what that means.
    UnknownCommand,
}

/// The name of a person, without blanks around it.
pub(crate) fn name(text: &str) -> Result<String, Refusal> {
    let name = within(text, MAX_NAME)?;
    if name.chars().any(char::is_control) {
        return Err(Refusal::InvalidName);
    }
    Ok(name.to_owned())
}

/// The name of a room.
pub(crate) fn room_name(text: &str) -> Result<String, Refusal> {
    let name = within(text, MAX_NAME)?;
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if !name.bytes().all(allowed) {
        return Err(Refusal::InvalidRoomName);
    }
    Ok(name.to_owned())
}

/// What somebody writes, without blanks around it.
pub(crate) fn body(text: &str) -> Result<String, Refusal> {
    within(text, MAX_BODY).map(str::to_owned)
}

fn within(text: &str, limit: u32) -> Result<&str, Refusal> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Refusal::Empty);
    }
    if text.chars().nth(limit as usize).is_some() {
        return Err(Refusal::TooLong { limit });
    }
    Ok(text)
}
