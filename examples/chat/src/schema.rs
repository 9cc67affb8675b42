//! Tables.

use lunora::prelude::*;

/// A place to talk.
#[table("rooms")]
#[index(by_name(name), unique)]
#[derive(Debug, Clone, PartialEq)]
pub struct Room {
    /// What it is called, in small letters, digits and hyphens.
    pub name: String,
}

/// Something that was said in a room.
#[table("messages")]
#[index(by_room(room))]
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// Where.
    pub room: Id<Room>,
    /// By whom.
    pub author: Author,
    /// What.
    pub body: String,
}

/// Who wrote a message. No client can write as the bot.
#[data]
#[derive(Debug, Clone, PartialEq, Eq)]
#[serde(tag = "kind")]
pub enum Author {
    /// Somebody, under the name that they gave themselves.
    Person {
        /// The name.
        name: String,
    },
    /// The bot.
    Bot,
}

/// Somebody who was typing a moment ago.
#[table("typing")]
#[index(by_name(room, name), unique)]
#[index(by_time(room, at))]
#[derive(Debug, Clone, PartialEq)]
pub struct Typing {
    /// Where.
    pub room: Id<Room>,
    /// Who.
    pub name: String,
    /// When they last did.
    pub at: Time,
}

/// Somebody who has the page open.
#[table("presence")]
#[index(by_name(room, name), unique)]
#[index(by_time(room, seen))]
#[derive(Debug, Clone, PartialEq)]
pub struct Presence {
    /// Where.
    pub room: Id<Room>,
    /// Who.
    pub name: String,
    /// When they last said so.
    pub seen: Time,
}
