//! `crons`, as it is typed.

use clap::{Arg, ArgMatches, error::ErrorKind};

use super::{Target, json, target, with_target};

/// A command about crons.
#[derive(Debug)]
pub(in crate::cli) struct Crons {
    pub(in crate::cli) operation: CronOperation,
    pub(in crate::cli) json: bool,
    pub(in crate::cli) target: Target,
}

#[derive(Debug)]
pub(in crate::cli) enum CronOperation {
    List,
    Run { name: String },
}

pub(super) fn command() -> clap::Command {
    clap::Command::new("crons")
        .about("Lists the crons of a running server, and runs one now")
        .subcommand_required(true)
        .subcommand(list())
        .subcommand(run())
        .after_help("To list takes an admin key with scope `read-data`, to run one with `run-internal`.")
}

fn list() -> clap::Command {
    let list = clap::Command::new("list").about("Lists the crons with their next and their last run");
    with_target(list.arg(json()))
}

fn run() -> clap::Command {
    let name = Arg::new("name").required(true).help("Name of the cron");
    let run =
        clap::Command::new("run").about("Runs a cron now, unless it runs already; prints the id of its job");
    with_target(run.arg(name).arg(json()))
}

pub(super) fn crons(matches: &ArgMatches) -> Result<Crons, clap::Error> {
    let (operation, matches, command): (_, _, fn() -> clap::Command) = match matches.subcommand() {
        Some(("run", matches)) => {
            let name = matches.get_one::<String>("name").cloned().unwrap_or_default();
            (CronOperation::Run { name }, matches, run)
        }
        Some((_, matches)) => (CronOperation::List, matches, list),
        // clap has refused that before.
        None => return Err(command().error(ErrorKind::MissingSubcommand, "list or run\n")),
    };
    Ok(Crons {
        operation,
        json: matches.get_flag("json"),
        target: target(matches, command)?,
    })
}
