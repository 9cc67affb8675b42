//! `dev`.

use std::path::PathBuf;

use clap::{Arg, ArgMatches, value_parser};

use super::{command_serve, serve};

/// How the application is built and served while it is worked on.
#[derive(Debug)]
pub(in super::super) struct Dev {
    /// Where TypeScript goes.
    pub(in super::super) typescript: Option<PathBuf>,
    /// Features of the application's package.
    pub(in super::super) features: Option<String>,
    /// Options of `serve`.
    pub(in super::super) serve: Vec<String>,
}

pub(super) fn command() -> clap::Command {
    clap::Command::new("dev")
        .about("Serves, and builds and serves again whenever the sources change")
        .arg(
            Arg::new("typescript")
                .long("typescript")
                .value_name("DIR")
                .value_parser(value_parser!(PathBuf))
                .help("Keeps the output of `codegen typescript` in this directory up to date"),
        )
        .arg(
            Arg::new("features")
                .long("features")
                .value_name("FEATURES")
                .help("Features to build with, as cargo takes them"),
        )
        .arg(
            Arg::new("serve")
                .value_name("OPTIONS OF SERVE")
                .num_args(0..)
                .last(true)
                .help("Where and how to serve, such as `-- --addr 127.0.0.1:4000`"),
        )
}

pub(super) fn dev(matches: &ArgMatches) -> Result<Dev, clap::Error> {
    let options = matches.get_many::<String>("serve").unwrap_or_default();
    let options: Vec<_> = options.cloned().collect();
    // A mistake in them is better known before the first build.
    let checked = std::iter::once("serve").chain(options.iter().map(String::as_str));
    serve(&command_serve().try_get_matches_from(checked)?)?;
    Ok(Dev {
        typescript: matches.get_one::<PathBuf>("typescript").cloned(),
        features: matches.get_one::<String>("features").cloned(),
        serve: options,
    })
}
