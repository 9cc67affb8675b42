//! `jobs`, as it is typed.

use clap::{Arg, ArgMatches, builder::PossibleValuesParser, error::ErrorKind, value_parser};
use lunora_core::job::{JobId, JobState};

use super::{Target, json, target, with_target};

/// A command about jobs.
#[derive(Debug)]
pub(in crate::cli) struct Jobs {
    pub(in crate::cli) operation: JobOperation,
    pub(in crate::cli) json: bool,
    pub(in crate::cli) target: Target,
}

#[derive(Debug)]
pub(in crate::cli) enum JobOperation {
    List { state: Option<String>, limit: usize },
    Show { id: JobId },
    Cancel { id: JobId },
    Retry { id: JobId },
}

pub(super) fn command() -> clap::Command {
    clap::Command::new("jobs")
        .about("Lists, shows, cancels and repeats scheduled calls of a running server")
        .subcommand_required(true)
        .subcommand(list())
        .subcommand(show())
        .subcommand(cancel())
        .subcommand(retry())
        .after_help(
            "To list and show takes an admin key with scope `read-data`, to cancel and retry one with `run-internal`.",
        )
}

fn list() -> clap::Command {
    let list = clap::Command::new("list")
        .about("Lists jobs: those that run, then those that wait, those that failed, and the rest")
        .arg(
            Arg::new("state")
                .long("state")
                .value_name("STATE")
                .value_parser(PossibleValuesParser::new(JobState::ALL.map(JobState::name)))
                .help("Those in this state only"),
        )
        .arg(
            Arg::new("limit")
                .long("limit")
                .value_name("NUMBER")
                .default_value("100")
                .value_parser(value_parser!(u16).range(1..=1_000))
                .help("How many at most"),
        );
    with_target(list.arg(json()))
}

fn show() -> clap::Command {
    with_target(one(
        clap::Command::new("show").about("Shows all that is known of a job")
    ))
}

fn cancel() -> clap::Command {
    with_target(one(clap::Command::new("cancel").about(
        "Cancels a job: one that waits never runs, an action that runs is told",
    )))
}

fn retry() -> clap::Command {
    with_target(one(
        clap::Command::new("retry").about("Runs a job again, now, that has failed or was canceled")
    ))
}

fn one(command: clap::Command) -> clap::Command {
    let id = Arg::new("id")
        .required(true)
        .value_parser(str::parse::<JobId>)
        .help("Id of the job");
    command.arg(id).arg(json())
}

pub(super) fn jobs(matches: &ArgMatches) -> Result<Jobs, clap::Error> {
    let Some((name, matches)) = matches.subcommand() else {
        // clap has refused that before.
        return Err(command().error(ErrorKind::MissingSubcommand, "list, show, cancel or retry\n"));
    };
    let id = || {
        let id = matches.get_one::<JobId>("id").copied();
        id.ok_or_else(|| command().error(ErrorKind::MissingRequiredArgument, "the id of a job\n"))
    };
    let (operation, command): (_, fn() -> clap::Command) = match name {
        "show" => (JobOperation::Show { id: id()? }, show),
        "cancel" => (JobOperation::Cancel { id: id()? }, cancel),
        "retry" => (JobOperation::Retry { id: id()? }, retry),
        _ => {
            let state = matches.get_one::<String>("state").cloned();
            let limit = matches.get_one::<u16>("limit").copied().unwrap_or(100).into();
            (JobOperation::List { state, limit }, list)
        }
    };
    Ok(Jobs {
        operation,
        json: matches.get_flag("json"),
        target: target(matches, command)?,
    })
}
