//! Rooms in which people write to each other, see who is there and who is typing, and ask a bot.
//!
//! What a client may do is public. Taking a message away is internal: whoever runs the server does it. So is posting
//! as the bot, which only the bot's own action does.

pub mod bot;
pub mod messages;
pub mod moderation;
pub mod page;
pub mod presence;
pub mod rooms;
pub mod schema;
pub mod text;
pub mod typing;

lunora::app! {
    schema::{Room, Message, Typing, Presence},
    rooms::{list, open},
    messages::{list, send},
    typing::{list, start, stop},
    presence::{list, heartbeat, leave},
    bot::{ask, read, post, roll},
    moderation::remove,
}
