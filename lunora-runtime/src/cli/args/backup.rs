//! What can be typed after `export` and `import`.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, value_parser};

use super::{
    Data, Target,
    data::{self, with_data},
    target, with_target,
};
use crate::database::ImportMode;

#[derive(Debug)]
pub(in crate::cli) struct Export {
    pub(in crate::cli) file: PathBuf,
    pub(in crate::cli) target: Target,
}

#[derive(Debug)]
pub(in crate::cli) struct Import {
    pub(in crate::cli) file: PathBuf,
    pub(in crate::cli) data: Data,
    pub(in crate::cli) mode: ImportMode,
}

pub(super) fn command_export() -> clap::Command {
    let export = clap::Command::new("export")
        .about("Writes all documents of this moment to one compressed file, also while a server runs")
        .arg(file("File to be made; one that is there stays"));
    with_target(export)
}

pub(super) fn command_import() -> clap::Command {
    let import = clap::Command::new("import")
        .about("Brings the documents of an export into the data: all of them or none")
        .arg(file("File that `export` has made"))
        .arg(flag("replace", "Documents that are there already go").conflicts_with("append"))
        .arg(flag(
            "append",
            "Documents that are there already stay, and so do the crons; jobs that wait come along",
        ));
    with_data(import, "Directory of the data; made if it is not there")
}

fn file(help: &'static str) -> Arg {
    Arg::new("file")
        .value_name("FILE")
        .required(true)
        .value_parser(value_parser!(PathBuf))
        .help(help)
}

fn flag(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).action(ArgAction::SetTrue).help(help)
}

fn file_of(matches: &ArgMatches) -> PathBuf {
    // It is required.
    matches.get_one::<PathBuf>("file").cloned().unwrap_or_default()
}

pub(super) fn export(matches: &ArgMatches) -> Result<Export, clap::Error> {
    Ok(Export {
        file: file_of(matches),
        target: target(matches, command_export)?,
    })
}

pub(super) fn import(matches: &ArgMatches) -> Import {
    let mode = match (matches.get_flag("replace"), matches.get_flag("append")) {
        (true, _) => ImportMode::Replace,
        (_, true) => ImportMode::Append,
        _ => ImportMode::IntoEmpty,
    };
    Import {
        file: file_of(matches),
        data: data::read(matches),
        mode,
    }
}
