//! What can be typed.

mod backup;
mod codegen;
mod crons;
mod data;
mod dev;
mod jobs;
mod keys;
mod limits;
mod logs;
mod size;
mod trust;

use std::{
    ffi::OsString,
    net::{SocketAddr, ToSocketAddrs},
    path::PathBuf,
};

use clap::{Arg, ArgAction, ArgMatches, error::ErrorKind, parser::ValueSource, value_parser};

use self::data::with_data;
use crate::memory::MemoryBudget;

pub(super) use self::{
    backup::{Export, Import},
    codegen::{Codegen, Language},
    crons::{CronOperation, Crons},
    data::Data,
    dev::Dev,
    jobs::{JobOperation, Jobs},
    keys::{Keys, Operation},
    limits::AllLimits,
    logs::Logs,
    trust::{KeysAt, Trust},
};

/// A command with its arguments.
#[derive(Debug)]
pub(super) enum Command {
    Serve(Serve),
    Dev(Dev),
    Run(Run),
    Functions { json: bool },
    Codegen(Codegen),
    Check(Data),
    Export(Export),
    Import(Import),
    Keys(Keys),
    Jobs(Jobs),
    Crons(Crons),
    Logs(Logs),
}

#[derive(Debug)]
pub(super) struct Serve {
    pub(super) addr: SocketAddr,
    /// `None` keeps everything in memory.
    pub(super) data: Option<PathBuf>,
    pub(super) memory: MemoryBudget,
    pub(super) limits: Box<AllLimits>,
    pub(super) dev: bool,
    pub(super) origins: Vec<String>,
    pub(super) trust: Vec<Trust>,
    /// It stops when its standard input ends: so `dev` stops it, also by being killed.
    pub(super) while_stdin: bool,
}

#[derive(Debug)]
pub(super) struct Run {
    pub(super) function: String,
    pub(super) args: String,
    pub(super) target: Target,
}

/// Where a command does its work.
#[derive(Debug)]
pub(super) enum Target {
    /// On a data directory, or through the server that holds it.
    Data(Data),
    /// Through this server, with this key.
    Server { url: String, admin_key: String },
}

const DEFAULT_ADDR: &str = "127.0.0.1:3210";

pub(super) fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Command, clap::Error> {
    let matches = command().try_get_matches_from(args)?;
    Ok(match matches.subcommand() {
        Some(("dev", matches)) => Command::Dev(dev::dev(matches)?),
        Some(("run", matches)) => Command::Run(run(matches)?),
        Some(("functions", matches)) => Command::Functions {
            json: matches.get_flag("json"),
        },
        Some(("codegen", matches)) => Command::Codegen(codegen::codegen(matches)?),
        Some(("check", matches)) => Command::Check(data::read(matches)),
        Some(("export", matches)) => Command::Export(backup::export(matches)?),
        Some(("import", matches)) => Command::Import(backup::import(matches)),
        Some(("keys", matches)) => Command::Keys(keys::keys(matches)?),
        Some(("jobs", matches)) => Command::Jobs(jobs::jobs(matches)?),
        Some(("crons", matches)) => Command::Crons(crons::crons(matches)?),
        Some(("logs", matches)) => Command::Logs(logs::logs(matches)?),
        Some((_, matches)) => Command::Serve(serve(matches)?),
        None => Command::Serve(serve(&command_serve().try_get_matches_from(["serve"])?)?),
    })
}

fn command() -> clap::Command {
    clap::Command::new("app")
        .bin_name(program())
        .about("A Lunora backend. Without a command it serves.")
        .version(concat!("on Lunora ", env!("CARGO_PKG_VERSION")))
        .subcommand(command_serve())
        .subcommand(dev::command())
        .subcommand(command_run())
        .subcommand(command_functions())
        .subcommand(codegen::command())
        .subcommand(command_check())
        .subcommand(backup::command_export())
        .subcommand(backup::command_import())
        .subcommand(keys::command())
        .subcommand(jobs::command())
        .subcommand(crons::command())
        .subcommand(logs::command())
        .after_help("LUNORA_LOG sets what is logged: `debug`, or `lunora=debug,my_app=trace`.")
}

fn program() -> String {
    let path = std::env::args_os().next().map(PathBuf::from);
    let name = path.and_then(|path| path.file_name().map(|name| name.to_string_lossy().into_owned()));
    name.unwrap_or_else(|| "app".to_owned())
}

fn command_serve() -> clap::Command {
    let serve = clap::Command::new("serve")
        .about("Serves the application over HTTP (the default command)")
        .arg(
            Arg::new("addr")
                .long("addr")
                .value_name("HOST:PORT")
                .env("LUNORA_ADDR")
                .default_value(DEFAULT_ADDR)
                .value_parser(address)
                .help("Address to listen on; port 0 takes a free one"),
        )
        .arg(
            Arg::new("memory")
                .long("memory")
                .action(ArgAction::SetTrue)
                .help("Keeps everything in memory: all data is gone at the end"),
        )
        .arg(
            Arg::new("dev")
                .long("dev")
                .action(ArgAction::SetTrue)
                .help("Shows callers the text of system errors; listens on loopback addresses only"),
        )
        .arg(
            Arg::new("origin")
                .long("allow-origin")
                .value_name("ORIGIN")
                .action(ArgAction::Append)
                .help("Lets only pages from this origin call the server; may be repeated (default: all)"),
        )
        .arg(trust::arg())
        .arg(limits::arg())
        .arg(
            Arg::new("query_cache")
                .long("query-cache")
                .value_name("MIB")
                .default_value("0")
                .value_parser(value_parser!(u16))
                .help("Memory for results of queries that nobody watches and many ask; 0 keeps none"),
        )
        .arg(
            Arg::new(WHILE_STDIN)
                .long(WHILE_STDIN)
                .action(ArgAction::SetTrue)
                .hide(true),
        );
    with_data(serve, "Directory of the data; made if it is not there")
}

/// The option by which `dev` holds the server that it starts.
pub(super) const WHILE_STDIN: &str = "while-stdin";

fn command_run() -> clap::Command {
    let run = clap::Command::new("run")
        .about("Runs one function, public or internal, and prints its result")
        .arg(
            Arg::new("function")
                .required(true)
                .help("Wire path, such as messages:list"),
        )
        .arg(
            Arg::new("args")
                .default_value("{}")
                .help("Arguments as one JSON object"),
        );
    with_target(run)
}

/// For commands that show something.
fn json() -> Arg {
    Arg::new("json")
        .long("json")
        .action(ArgAction::SetTrue)
        .help("Prints JSON")
}

/// The options that say where a command does its work.
fn with_target(command: clap::Command) -> clap::Command {
    let help = "Directory of the data; a server that holds it is asked instead";
    with_data(command, help)
        .arg(
            Arg::new("url")
                .long("url")
                .value_name("URL")
                .requires("key")
                .help("Asks this server instead"),
        )
        .arg(
            Arg::new("key")
                .long("admin-key")
                .value_name("KEY")
                .env("LUNORA_ADMIN_KEY")
                .hide_env_values(true)
                .help("Admin key for --url"),
        )
}

fn command_functions() -> clap::Command {
    clap::Command::new("functions")
        .about("Lists the functions with kind, visibility, arguments and result")
        .arg(
            Arg::new("json")
                .long("json")
                .action(ArgAction::SetTrue)
                .help("Prints JSON"),
        )
}

fn command_check() -> clap::Command {
    let check = clap::Command::new("check")
        .about("Verifies that indexes and documents agree and that every document decodes");
    with_data(check, "Directory of the data")
}

/// Whether an option was typed. What the environment sets gives way to what is typed, and never contradicts it.
fn is_typed(matches: &ArgMatches, name: &str) -> bool {
    matches.value_source(name) == Some(ValueSource::CommandLine)
}

fn both(mut command: clap::Command, one: &str, other: &str) -> clap::Error {
    let message = format!("{one} and {other} contradict each other; leave one of them out\n");
    command.error(ErrorKind::ArgumentConflict, message)
}

/// Reads `HOST:PORT`, where the host may be a name.
fn address(text: &str) -> Result<SocketAddr, String> {
    let expected = "expected HOST:PORT, such as 127.0.0.1:3210 or localhost:0";
    let mut addresses = text
        .to_socket_addrs()
        .map_err(|error| format!("{error}; {expected}"))?;
    addresses
        .next()
        .ok_or_else(|| format!("the name has no address; {expected}"))
}

fn serve(matches: &ArgMatches) -> Result<Serve, clap::Error> {
    let fallback = || {
        DEFAULT_ADDR
            .parse()
            .map_err(|_| clap::Error::new(ErrorKind::InvalidValue))
    };
    let addr = matches
        .get_one::<SocketAddr>("addr")
        .copied()
        .map_or_else(fallback, Ok)?;
    let origins = matches
        .get_many::<String>("origin")
        .unwrap_or_default()
        .cloned()
        .collect();
    let dev = matches.get_flag("dev");
    if dev && !addr.ip().is_loopback() {
        let message =
            format!("--dev shows internals to callers, so it serves loopback addresses only, not {addr}\n");
        return Err(command_serve().error(ErrorKind::ArgumentConflict, message));
    }
    let in_memory = matches.get_flag("memory");
    for (name, option) in [("data", "--data"), (data::MEMORY, "--memory-budget")] {
        if in_memory && is_typed(matches, name) {
            return Err(both(command_serve(), "--memory", option));
        }
    }
    let Data { path, memory } = data::read(matches);
    let mebibytes = matches.get_one::<u16>("query_cache").copied().unwrap_or_default();
    let memory = memory
        .with_query_cache(usize::from(mebibytes) << 20)
        .map_err(|error| command_serve().error(ErrorKind::ValueValidation, format!("{error}\n")))?;
    let limits = AllLimits::new(memory, &limits::read(matches))
        .map_err(|error| command_serve().error(ErrorKind::ValueValidation, format!("{error}\n")))?;
    Ok(Serve {
        addr,
        data: (!in_memory).then_some(path),
        memory,
        limits: Box::new(limits),
        dev,
        origins,
        trust: trust::read(matches),
        while_stdin: matches.get_flag(WHILE_STDIN),
    })
}

fn run(matches: &ArgMatches) -> Result<Run, clap::Error> {
    let target = target(matches, command_run)?;
    let text = |name: &str| matches.get_one::<String>(name).cloned();
    let missing = || command_run().error(ErrorKind::MissingRequiredArgument, "function\n");
    let function = text("function").ok_or_else(missing)?;
    Ok(Run {
        function,
        args: text("args").unwrap_or_else(|| "{}".to_owned()),
        target,
    })
}

/// Where `command` is to do its work.
fn target(matches: &ArgMatches, command: fn() -> clap::Command) -> Result<Target, clap::Error> {
    let text = |name: &str| matches.get_one::<String>(name).cloned();
    if is_typed(matches, "url") && is_typed(matches, "data") {
        return Err(both(command(), "--url", "--data"));
    }
    Ok(match (text("url"), text("key")) {
        (Some(url), Some(admin_key)) => Target::Server { url, admin_key },
        _ => Target::Data(data::read(matches)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Command, clap::Error> {
        parse(line.split(' ').map(OsString::from))
    }

    #[test]
    fn the_commands_are_well_formed() {
        command().debug_assert();
    }

    #[test]
    fn without_a_command_it_serves() {
        let Ok(Command::Serve(serve)) = parsed("app") else {
            panic!("expected serve")
        };
        assert_eq!(serve.addr, DEFAULT_ADDR.parse().unwrap());
        assert_eq!(serve.data, Some(data::DEFAULT.into()));
        // What is asked for once or twice is run faster than it is kept.
        assert_eq!(serve.memory, MemoryBudget::DEFAULT);
    }

    #[test]
    fn dev_mode_is_for_loopback_only() {
        assert!(parsed("app serve --dev").is_ok());
        let error = parsed("app serve --dev --addr 0.0.0.0:1").unwrap_err();
        assert!(error.to_string().contains("loopback"), "{error}");
    }

    #[test]
    fn a_server_is_named_together_with_a_key() {
        assert!(parsed("app run a:b --url http://localhost:1 --admin-key k").is_ok());
        assert!(parsed("app run a:b --url http://localhost:1").is_err());
        assert!(parsed("app run a:b --url http://localhost:1 --admin-key k --data d").is_err());
    }

    #[test]
    fn memory_and_a_directory_contradict_each_other() {
        assert!(parsed("app serve --memory").is_ok());
        assert!(parsed("app serve --memory --data d").is_err());
        assert!(parsed("app serve --memory --memory-budget 1GiB").is_err());
    }

    #[test]
    fn an_address_may_have_a_name() {
        let Ok(Command::Serve(serve)) = parsed("app serve --addr localhost:1") else {
            panic!("expected serve")
        };
        assert!(serve.addr.ip().is_loopback());
        let error = parsed("app serve --addr 3210").unwrap_err();
        assert!(error.to_string().contains("HOST:PORT"), "{error}");
    }
}
