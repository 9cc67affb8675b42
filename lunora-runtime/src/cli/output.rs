//! Standard output, whose reader may have seen enough.

use std::{
    fmt::Display,
    io::{self, Write},
};

use super::Failure;

/// Prints `text` as it is. That nobody reads on (`| head`) is no failure.
pub(super) fn print(text: impl Display) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match write!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::unusable(error)),
        _ => Ok(()),
    }
}
