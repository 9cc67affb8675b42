//! `--limit`: limits that a deployment sets itself, by the names that their errors carry.

use std::{str::FromStr, time::Duration};

use clap::{Arg, ArgAction, ArgMatches};
use lunora_core::limits::Limits;

use super::size::size;
use crate::{
    functions::{CallLimits, LiveLimits},
    memory::MemoryBudget,
    server::ServerLimits,
};

/// All limits that can be set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::cli) struct AllLimits {
    pub(in crate::cli) transaction: Limits,
    pub(in crate::cli) call: CallLimits,
    pub(in crate::cli) live: LiveLimits,
    pub(in crate::cli) server: ServerLimits,
}

/// One of them.
struct Limit {
    name: &'static str,
    set: fn(&mut AllLimits, &str) -> Result<(), String>,
}

macro_rules! limits {
    ($($name:ident: $read:ident in $($room:ident).+;)*) => {
        &[$(Limit {
            name: stringify!($name),
            set: |all, text| {
                all.$($room).+.$name = $read(text)?;
                Ok(())
            },
        }),*]
    };
}

const LIMITS: &[Limit] = limits! {
    documents_read: number in transaction;
    bytes_read: bytes in transaction;
    entries_counted: number in transaction;
    documents_written: number in transaction;
    bytes_written: bytes in transaction;
    document_bytes: bytes in transaction;
    work_millis: number in transaction;
    total_time: time in call;
    action_time: time in call;
    argument_bytes: bytes in call;
    result_bytes: bytes in call;
    call_depth: depth in call;
    subscriptions: number in live;
    transition_bytes: bytes in live;
    read_set_bytes: bytes in live;
    watched_bytes: bytes in live;
    frame_bytes: bytes in server.socket;
    waiting_mutations: number in server.socket;
    concurrent_actions: number in server.socket;
    subscription_bytes: bytes in server.socket;
    message_timeout: time in server.socket;
    connect_timeout: time in server.socket;
    ping_interval: time in server.socket;
    silence_timeout: time in server.socket;
    connections: number in server;
    concurrent_requests: number in server;
    concurrent_http_actions: number in server;
    batch_queries: number in server;
    batch_result_bytes: bytes in server;
    concurrent_exports: number in server;
    concurrent_log_readers: number in server;
    head_bytes: bytes in server;
    body_bytes: bytes in server;
    http_body_bytes: bytes in server;
    buffered_bytes: bytes in server;
    unread_bytes: bytes in server;
    head_timeout: time in server;
    body_timeout: time in server;
    write_timeout: time in server;
    stream_pause: time in server;
    shutdown_timeout: time in server;
};

/// A limit with the value that it is given.
#[derive(Debug, Clone)]
pub(super) struct Given {
    name: String,
    value: String,
}

impl AllLimits {
    /// The defaults with what was given, within a budget as far as nothing else was given.
    pub(super) fn new(memory: MemoryBudget, given: &[Given]) -> Result<Self, String> {
        let mut limits = Self::default();
        limits.set(given)?;
        limits.server = memory.server(limits.server);
        limits.live = memory.live(limits.live);
        limits.set(given)?;
        Ok(limits)
    }

    fn set(&mut self, given: &[Given]) -> Result<(), String> {
        given.iter().try_for_each(|Given { name, value }| {
            let limit = LIMITS.iter().find(|limit| limit.name == name);
            let limit = limit.ok_or_else(|| format!("there is no limit `{name}`; there are {}", names()))?;
            (limit.set)(self, value).map_err(|error| format!("{name}: {error}"))
        })
    }
}

fn names() -> String {
    let names: Vec<_> = LIMITS.iter().map(|limit| limit.name).collect();
    names.join(", ")
}

pub(super) fn arg() -> Arg {
    Arg::new("limit")
        .long("limit")
        .value_name("NAME=VALUE")
        .env("LUNORA_LIMITS")
        .value_delimiter(' ')
        .action(ArgAction::Append)
        .value_parser(parse)
        .help("Sets a limit by its name; may be repeated")
        .long_help(format!(
            "Sets a limit by the name that its error carries, such as connections=5000, http_body_bytes=100MiB or \
             body_timeout=90s; may be repeated. In the environment several are separated by spaces.\n\nThe limits: {}",
            names()
        ))
}

pub(super) fn read(matches: &ArgMatches) -> Vec<Given> {
    let given = matches.get_many::<Option<Given>>("limit").unwrap_or_default();
    given.flatten().cloned().collect()
}

/// Nothing stands between two spaces.
fn parse(text: &str) -> Result<Option<Given>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    given(text).map(Some)
}

fn given(text: &str) -> Result<Given, String> {
    let (name, value) = text
        .split_once('=')
        .ok_or("expected NAME=VALUE, such as connections=5000")?;
    let (name, value) = (name.to_owned(), value.to_owned());
    let given = Given { name, value };
    AllLimits::default().set(std::slice::from_ref(&given))?;
    Ok(given)
}

fn number<T: FromStr + Default + PartialEq>(text: &str) -> Result<T, String> {
    let number = text.parse().ok().filter(|number| *number != T::default());
    number.ok_or_else(|| "expected a number above 0".to_owned())
}

/// A query or mutation takes room on its thread's stack for each call that is nested in it.
fn depth(text: &str) -> Result<u32, String> {
    const MAX: u32 = 128;
    let depth = number(text).ok().filter(|depth| *depth <= MAX);
    depth.ok_or_else(|| format!("expected a number above 0 and up to {MAX}"))
}

fn bytes<T: TryFrom<usize>>(text: &str) -> Result<T, String> {
    let bytes = size(text)?;
    if bytes == 0 {
        return Err("expected a size above 0".to_owned());
    }
    T::try_from(bytes).map_err(|_| "the size is too large".to_owned())
}

/// `500ms`, `30s` or `2m`; longer than a day is a mistake.
fn time(text: &str) -> Result<Duration, String> {
    const DAY: Duration = Duration::from_hours(24);
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let millis = match unit {
        "ms" => Some(1),
        "s" => Some(1_000),
        "m" => Some(60_000),
        _ => None,
    };
    let number: Option<u64> = number.parse().ok();
    let time = number
        .zip(millis)
        .and_then(|(number, millis)| number.checked_mul(millis));
    time.map(Duration::from_millis)
        .filter(|time| (Duration::from_millis(1)..=DAY).contains(time))
        .ok_or_else(|| "expected a time above 0 and up to a day, such as 500ms, 30s or 2m".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(texts: &[&str]) -> Result<AllLimits, String> {
        let given: Vec<_> = texts.iter().map(|text| given(text)).collect::<Result<_, _>>()?;
        AllLimits::new(MemoryBudget::DEFAULT, &given)
    }

    #[test]
    fn what_is_given_is_set_and_nothing_else() {
        let set = all(&[
            "connections=7",
            "http_body_bytes=64MiB",
            "body_timeout=90s",
            "subscriptions=5",
        ])
        .unwrap();
        let mut expected = AllLimits::new(MemoryBudget::DEFAULT, &[]).unwrap();
        expected.server.connections = 7;
        expected.server.http_body_bytes = 64 << 20;
        expected.server.body_timeout = Duration::from_secs(90);
        expected.live.subscriptions = 5;
        assert_eq!(set, expected);
    }

    #[test]
    fn several_stand_in_one_variable() {
        let command = clap::Command::new("app").arg(arg());
        for (text, count) in [("connections=7  body_timeout=90s ", 2), ("", 0)] {
            let matches = command.clone().try_get_matches_from(["app", "--limit", text]);
            assert_eq!(read(&matches.unwrap()).len(), count);
        }
    }

    #[test]
    fn what_is_given_wins_over_the_budget() {
        let default = all(&[]).unwrap().server.buffered_bytes;
        let given = all(&["buffered_bytes=1GiB"]).unwrap().server.buffered_bytes;
        assert!(default < given && given == 1 << 30);
        let watched = all(&["watched_bytes=1GiB"]).unwrap().live.watched_bytes;
        assert!(all(&[]).unwrap().live.watched_bytes < watched && watched == 1 << 30);
        // A larger request has to find room.
        let server = all(&["body_bytes=400MiB"]).unwrap().server;
        assert!(server.buffered_bytes >= 400 << 20);
    }

    #[test]
    fn each_limit_can_be_set() {
        for limit in LIMITS {
            let value = match limit.name {
                name if name.ends_with("_bytes") || name.starts_with("bytes_") => "2MiB",
                name if name.ends_with("_timeout") || name.ends_with("_time") => "7s",
                "ping_interval" | "stream_pause" => "7s",
                _ => "7",
            };
            let set = all(&[&format!("{}={value}", limit.name)]).unwrap();
            assert_ne!(set, all(&[]).unwrap(), "{}", limit.name);
        }
    }

    #[test]
    fn a_mistake_says_what_would_do() {
        for (text, says) in [
            ("connections", "NAME=VALUE"),
            ("conections=1", "there are documents_read"),
            ("connections=0", "above 0"),
            ("connections=many", "connections: expected a number"),
            ("call_depth=129", "up to 128"),
            ("body_bytes=0", "above 0"),
            ("body_bytes=16TiB", "512MiB"),
            ("body_timeout=90", "30s"),
            ("body_timeout=0s", "above 0"),
            ("body_timeout=99999999999999999999m", "up to a day"),
        ] {
            let error = all(&[text]).unwrap_err();
            assert!(error.contains(says), "{text}: {error}");
        }
    }
}
