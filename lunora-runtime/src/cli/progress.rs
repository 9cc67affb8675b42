//! How far a long piece of work has come: on one line in a terminal, else in the log or as lines.

use std::io::IsTerminal;

use crate::{
    database::{OpenOptions, Progress},
    memory::MemoryBudget,
};

/// Opens within a budget, with progress shown.
pub(super) fn opening(memory: MemoryBudget) -> OpenOptions {
    memory.database(OpenOptions::with_progress(report()))
}

pub(super) fn report() -> impl FnMut(Progress<'_>) + Send {
    let terminal = std::io::stderr().is_terminal();
    move |progress| {
        if terminal {
            let end = if progress.is_done() { "\n" } else { "" };
            eprint!("\r{progress}\x1b[K{end}");
        } else {
            tracing::info!("{progress}");
        }
    }
}

const BAR: usize = 20;

/// A bar in a terminal, else a line for each tenth of the work: for commands that do nothing else.
pub(super) fn bar() -> impl FnMut(Progress<'_>) + Send {
    let terminal = std::io::stderr().is_terminal();
    let mut tenths = Tenths::default();
    move |progress| {
        if terminal {
            let end = if progress.is_done() { "\n" } else { "" };
            eprint!(
                "\r[{}] {progress}\x1b[K{end}",
                drawn(progress.done, progress.total)
            );
        } else if tenths.is_next(&progress) {
            eprintln!("{progress}");
        }
    }
}

fn drawn(done: u64, total: u64) -> String {
    let part = u128::from(done) * BAR as u128 / u128::from(total.max(1));
    let full = usize::try_from(part).unwrap_or(BAR).min(BAR);
    "#".repeat(full) + &"-".repeat(BAR - full)
}

/// Which tenth of which piece of work was told last.
#[derive(Debug, Default)]
struct Tenths(Option<(String, u64)>);

impl Tenths {
    fn is_next(&mut self, progress: &Progress<'_>) -> bool {
        let tenth = progress.done * 10 / progress.total.max(1);
        let here = (progress.what(), tenth);
        let next = self.0.as_ref() != Some(&here);
        self.0 = Some(here);
        next
    }
}

/// Told how many bytes have come; of how many is not known.
#[cfg(feature = "fetch")]
pub(super) fn bytes() -> impl FnMut(usize) {
    const STEP: usize = 1 << 20;
    let terminal = std::io::stderr().is_terminal();
    let (mut bytes, mut told) = (0, 0);
    move |more| {
        bytes += more;
        if bytes / STEP == told {
            return;
        }
        told = bytes / STEP;
        if terminal {
            eprint!("\rreceived {told} MiB\x1b[K");
        } else if told.is_power_of_two() {
            eprintln!("received {told} MiB");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::Step;

    fn progress(done: u64, step: Step<'_>) -> Progress<'_> {
        Progress {
            table: "users",
            step,
            done,
            total: 2_500,
        }
    }

    #[test]
    fn a_bar_grows_to_its_end() {
        assert_eq!(drawn(0, 2_500), "-".repeat(20));
        assert_eq!(drawn(1_250, 2_500), "#".repeat(10) + &"-".repeat(10));
        assert_eq!(drawn(2_500, 2_500), "#".repeat(20));
        assert_eq!(drawn(3, 0), "#".repeat(20));
        assert_eq!(drawn(u64::MAX, u64::MAX), "#".repeat(20));
    }

    #[test]
    fn a_line_is_printed_for_each_tenth_once() {
        let mut tenths = Tenths::default();
        let told: Vec<_> = (0..=25)
            .filter(|hundreds| tenths.is_next(&progress(hundreds * 100, Step::Export)))
            .collect();
        assert_eq!(told, [0, 3, 5, 8, 10, 13, 15, 18, 20, 23, 25]);
        assert!(!tenths.is_next(&progress(2_500, Step::Export)));
        assert!(tenths.is_next(&progress(2_500, Step::Import)));
    }
}
