//! `keys`, as it is typed.

use clap::{Arg, ArgAction, ArgMatches, error::ErrorKind};

use super::{Target, json, target, with_target};
use crate::functions::Scope;

/// A command about admin keys.
#[derive(Debug)]
pub(in crate::cli) struct Keys {
    pub(in crate::cli) operation: Operation,
    pub(in crate::cli) json: bool,
    pub(in crate::cli) target: Target,
}

#[derive(Debug)]
pub(in crate::cli) enum Operation {
    Create { name: String, scopes: Vec<Scope> },
    List,
    Revoke { name: String },
}

pub(super) fn command() -> clap::Command {
    clap::Command::new("keys")
        .about("Makes, lists and revokes admin keys")
        .subcommand_required(true)
        .subcommand(create())
        .subcommand(list())
        .subcommand(revoke())
        .after_help(
            "On a server, this takes an admin key with all scopes, such as the first one, which `serve` leaves in the \
             directory of the data. With that server stopped, the directory itself is enough.",
        )
}

fn create() -> clap::Command {
    let scopes = Scope::ALL.map(Scope::name).join(", ");
    let create = clap::Command::new("create")
        .about("Makes a key and prints it; it is not shown again")
        .arg(name())
        .arg(
            Arg::new("scope")
                .long("scope")
                .value_name("SCOPE")
                .required(true)
                .action(ArgAction::Append)
                .value_delimiter(',')
                .value_parser(str::parse::<Scope>)
                .help(format!("What it opens: {scopes}; may be repeated")),
        );
    with_target(create.arg(json()))
}

fn list() -> clap::Command {
    let list = clap::Command::new("list").about("Lists the keys with their scopes");
    with_target(list.arg(json()))
}

fn revoke() -> clap::Command {
    let revoke = clap::Command::new("revoke")
        .about("Revokes a key, at once; connections that were opened with it end")
        .arg(name());
    with_target(revoke.arg(json()))
}

fn name() -> Arg {
    Arg::new("name").required(true).help("Name of the key")
}

pub(super) fn keys(matches: &ArgMatches) -> Result<Keys, clap::Error> {
    let named = |matches: &ArgMatches| matches.get_one::<String>("name").cloned().unwrap_or_default();
    let (operation, matches, command): (_, _, fn() -> clap::Command) = match matches.subcommand() {
        Some(("create", matches)) => {
            let scopes = matches.get_many::<Scope>("scope").unwrap_or_default();
            let (name, scopes) = (named(matches), scopes.copied().collect());
            (Operation::Create { name, scopes }, matches, create)
        }
        Some(("revoke", matches)) => {
            let name = named(matches);
            (Operation::Revoke { name }, matches, revoke)
        }
        Some((_, matches)) => (Operation::List, matches, list),
        // clap has refused that before.
        None => return Err(command().error(ErrorKind::MissingSubcommand, "create, list or revoke\n")),
    };
    Ok(Keys {
        operation,
        json: matches.get_flag("json"),
        target: target(matches, command)?,
    })
}
