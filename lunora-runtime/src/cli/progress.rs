//! How far a long piece of work has come: on one line in a terminal, else in the log.

use std::io::IsTerminal;

use crate::database::{OpenOptions, Progress};

/// Opens with progress shown.
pub(super) fn opening() -> OpenOptions {
    OpenOptions::with_progress(report())
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
