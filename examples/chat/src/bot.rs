//! A bot that answers in the room.
//!
//! It is an action, as a bot is that asks others: an action may talk to the world (`ctx.fetch`), and reaches the data
//! through functions only. What it posts with is internal, so nobody else can speak in its name.

use std::collections::BTreeMap;

use lunora::prelude::*;

use crate::{
    internal, rooms,
    schema::{Author, Message, Room},
    text::Refusal,
};

/// How many messages the bot reads.
const MAX_READ: usize = 200;
const MAX_DICE: u32 = 20;
const MAX_SIDES: u32 = 1_000;

const HELP: &str =
    "I know /roll 2d6, which rolls two dice of six sides, and /stats, which counts who said most lately.";

/// Asks the bot for something: `/help`, `/roll 2d6` or `/stats`. It answers with a message in the room.
#[action]
pub async fn ask(ctx: &ActionCtx, room: Id<Room>, command: String) -> Result<()> {
    match Command::parse(&command)? {
        Command::Help => post_text(ctx, room, HELP.to_owned()).await,
        Command::Roll { dice, sides } => ctx.run_mutation(internal::bot::roll(room, dice, sides)).await,
        Command::Stats => {
            let messages = ctx.run_query(internal::bot::read(room)).await?;
            post_text(ctx, room, statistics(&messages)).await
        }
    }
}

/// The newest messages of a room.
#[internal_query]
pub async fn read(ctx: &QueryCtx, room: Id<Room>) -> Result<Vec<Doc<Message>>> {
    ctx.db()
        .query::<Message>()
        .with_index(Message::by_room().eq(room))
        .order(Order::Desc)
        .take(MAX_READ)
        .await
}

/// Says something as the bot.
#[internal_mutation]
pub async fn post(ctx: &mut MutationCtx, room: Id<Room>, body: String) -> Result<()> {
    rooms::check(ctx, room).await?;
    let author = Author::Bot;
    ctx.db().insert(Message { room, author, body }).await?;
    Ok(())
}

/// Rolls dice and says what came. Only transactions draw random numbers: one that is run again draws anew.
#[internal_mutation]
pub async fn roll(ctx: &mut MutationCtx, room: Id<Room>, dice: u32, sides: u32) -> Result<()> {
    let drawn: Vec<u64> = (0..dice).map(|_| ctx.rng().below(u64::from(sides)) + 1).collect();
    let sum: u64 = drawn.iter().sum();
    let each: Vec<String> = drawn.iter().map(u64::to_string).collect();
    let body = format!("{dice}d{sides}: {} = {sum}", each.join(" + "));
    ctx.run_mutation(internal::bot::post(room, body)).await
}

async fn post_text(ctx: &ActionCtx, room: Id<Room>, body: String) -> Result<()> {
    ctx.run_mutation(internal::bot::post(room, body)).await
}

/// What the bot can be asked for.
#[derive(Debug, PartialEq)]
enum Command {
    Help,
    Roll { dice: u32, sides: u32 },
    Stats,
}

impl Command {
    fn parse(text: &str) -> Result<Self, Refusal> {
        let words: Vec<&str> = text.split_whitespace().take(3).collect();
        match words[..] {
            ["/help"] => Ok(Self::Help),
            ["/stats"] => Ok(Self::Stats),
            ["/roll"] => Ok(Self::Roll { dice: 1, sides: 6 }),
            ["/roll", dice] => Self::roll(dice).ok_or(Refusal::UnknownCommand),
            _ => Err(Refusal::UnknownCommand),
        }
    }

    /// `2d6`: two dice of six sides.
    fn roll(text: &str) -> Option<Self> {
        let (dice, sides) = text.split_once('d')?;
        let (dice, sides) = (dice.parse().ok()?, sides.parse().ok()?);
        let possible = (1..=MAX_DICE).contains(&dice) && (2..=MAX_SIDES).contains(&sides);
        possible.then_some(Self::Roll { dice, sides })
    }
}

/// Who said how much, most first.
fn statistics(messages: &[Doc<Message>]) -> String {
    let mut counts = BTreeMap::<&str, usize>::new();
    for message in messages {
        if let Author::Person { name } = &message.author {
            *counts.entry(name).or_default() += 1;
        }
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let lines = counts
        .iter()
        .take(5)
        .map(|(name, count)| format!("{name} {count}"));
    match lines.collect::<Vec<_>>() {
        lines if lines.is_empty() => "Nobody has said anything yet.".to_owned(),
        lines => format!("Lately: {}.", lines.join(", ")),
    }
}
