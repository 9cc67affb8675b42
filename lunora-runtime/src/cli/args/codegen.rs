//! `codegen`.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, error::ErrorKind, value_parser};

/// Which code is generated, and where it goes.
#[derive(Debug)]
pub(in super::super) struct Codegen {
    pub(in super::super) language: Language,
    pub(in super::super) out: PathBuf,
    /// Nothing is written; files that are not as they would be are a failure.
    pub(in super::super) check: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Language {
    TypeScript,
    Rust,
}

pub(super) fn command() -> clap::Command {
    clap::Command::new("codegen")
        .about("Writes references to the public functions, with their types, for clients")
        .subcommand_required(true)
        .subcommand(command_of(
            "typescript",
            "Writes api.js and api.d.ts for the npm client `convex`",
        ))
        .subcommand(command_of("rust", "Writes api.rs for the crate `lunora-client`"))
}

fn command_of(name: &'static str, about: &'static str) -> clap::Command {
    clap::Command::new(name)
        .about(about)
        .arg(
            Arg::new("out")
                .long("out")
                .value_name("DIR")
                .required(true)
                .value_parser(value_parser!(PathBuf))
                .help("Directory of the files; made if it is not there"),
        )
        .arg(
            Arg::new("check")
                .long("check")
                .action(ArgAction::SetTrue)
                .help("Writes nothing, and fails if the files are not up to date"),
        )
}

pub(super) fn codegen(matches: &ArgMatches) -> Result<Codegen, clap::Error> {
    let missing = || clap::Error::new(ErrorKind::MissingSubcommand);
    let (language, matches) = matches.subcommand().ok_or_else(missing)?;
    let language = match language {
        "typescript" => Language::TypeScript,
        "rust" => Language::Rust,
        _ => return Err(missing()),
    };
    let out = matches.get_one::<PathBuf>("out").cloned().ok_or_else(missing)?;
    Ok(Codegen {
        language,
        out,
        check: matches.get_flag("check"),
    })
}
