//! `logs`, as it is typed.

use clap::{Arg, ArgAction, ArgMatches, value_parser};

use super::{Target, target, with_target};
use crate::server::LogLevel;

/// Which lines of a server's log are wanted, and how.
#[derive(Debug)]
pub(in crate::cli) struct Logs {
    pub(in crate::cli) level: Option<LogLevel>,
    pub(in crate::cli) function: Option<String>,
    pub(in crate::cli) request_id: Option<String>,
    pub(in crate::cli) last: u32,
    pub(in crate::cli) follow: bool,
    pub(in crate::cli) json: bool,
    pub(in crate::cli) target: Target,
}

pub(super) fn command() -> clap::Command {
    let logs = clap::Command::new("logs")
        .about("Shows the last lines of a running server's log, and those to come")
        .arg(
            text("level", "LEVEL", "Lines of this level or above: trace, debug, info, warn or error")
                .value_parser(str::parse::<LogLevel>),
        )
        .arg(text("function", "PATH", "Lines of this function, such as messages:list, or of the HTTP actions at this path, such as /users/{id}"))
        .arg(text("request", "ID", "Lines of this request"))
        .arg(
            text("last", "NUMBER", "How many of the lines that are there")
                .default_value("100")
                .value_parser(value_parser!(u32)),
        )
        .arg(flag("follow", "Goes on with the lines to come").short('f'))
        .arg(flag("json", "Prints a JSON object for each line"))
        .after_help(
            "This takes an admin key with scope `read-data`: there may be data in a log. The server keeps its last 10,000 \
             lines, or 8 MiB of them; LUNORA_LOG says which it writes.",
        );
    with_target(logs)
}

fn text(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).value_name(value).help(help)
}

fn flag(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).action(ArgAction::SetTrue).help(help)
}

pub(super) fn logs(matches: &ArgMatches) -> Result<Logs, clap::Error> {
    let text = |name: &str| matches.get_one::<String>(name).cloned();
    Ok(Logs {
        level: matches.get_one("level").copied(),
        function: text("function"),
        request_id: text("request"),
        last: matches.get_one("last").copied().unwrap_or_default(),
        follow: matches.get_flag("follow"),
        json: matches.get_flag("json"),
        target: target(matches, command)?,
    })
}
