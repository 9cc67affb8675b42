//! Where the data is, and what a command that opens it may take of memory.

use std::path::PathBuf;

use clap::{Arg, ArgMatches, value_parser};

use super::size::size;
use crate::memory::MemoryBudget;

/// A data directory.
#[derive(Debug)]
pub(in crate::cli) struct Data {
    pub(in crate::cli) path: PathBuf,
    pub(in crate::cli) memory: MemoryBudget,
}

pub(super) const DEFAULT: &str = "lunora-data";

/// Adds the options of a command that opens data.
pub(super) fn with_data(command: clap::Command, help: &'static str) -> clap::Command {
    let path = Arg::new("data")
        .long("data")
        .value_name("DIR")
        .env("LUNORA_DATA")
        .default_value(DEFAULT)
        .value_parser(value_parser!(PathBuf))
        .help(help);
    let memory = Arg::new(MEMORY)
        .long(MEMORY)
        .value_name("SIZE")
        .env("LUNORA_MEMORY_BUDGET")
        .default_value("1GiB")
        .value_parser(budget)
        .help("Memory that it may take, such as 512MiB; the data may be much larger");
    command.arg(path).arg(memory)
}

pub(super) const MEMORY: &str = "memory-budget";

pub(super) fn read(matches: &ArgMatches) -> Data {
    let path = matches.get_one::<PathBuf>("data").cloned();
    Data {
        path: path.unwrap_or_else(|| DEFAULT.into()),
        memory: matches.get_one(MEMORY).copied().unwrap_or_default(),
    }
}

fn budget(text: &str) -> Result<MemoryBudget, String> {
    MemoryBudget::new(size(text)?).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_is_the_default_budget() {
        let command = with_data(clap::Command::new("app"), "");
        let data = |line: &[&str]| read(&command.clone().try_get_matches_from(line).unwrap());
        assert_eq!(data(&["app"]).memory, MemoryBudget::DEFAULT);
        let given = data(&["app", "--memory-budget", "64MiB"]).memory;
        assert_eq!(given, MemoryBudget::new(64 << 20).unwrap());
    }

    #[test]
    fn too_small_a_budget_is_refused() {
        assert!(budget("63MiB").unwrap_err().contains("at least 64 MiB"));
    }
}
