//! One line of the log.

use std::{fmt, str::FromStr};

use lunora_core::time::Time;
use serde::{Deserialize, Serialize};

/// Longest text in a line, in bytes; what is longer is cut.
const MAX_TEXT: usize = 4 << 10;
/// Most fields of a line.
const MAX_FIELDS: usize = 32;
/// What a line takes besides its texts, about.
const OVERHEAD: usize = 256;

/// How much a line matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "they are the levels of every log")]
pub enum LogLevel {
    Trace,
    Debug,
    Info,
    Warn,
    Error,
}

impl LogLevel {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Trace, Self::Debug, Self::Info, Self::Warn, Self::Error];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Trace => "trace",
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for LogLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for LogLevel {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let level = Self::ALL.into_iter().find(|level| level.name() == name);
        level.ok_or_else(|| "the levels are trace, debug, info, warn and error".to_owned())
    }
}

/// A line of the log in its parts.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LogLine {
    /// When it was written.
    pub at: Time,
    /// How much it matters.
    pub level: LogLevel,
    /// The part of the program that wrote it.
    pub target: String,
    /// The function that was being run, by its wire path.
    pub function: Option<String>,
    /// The request that it was run for.
    pub request_id: Option<String>,
    /// What happened.
    pub message: String,
    /// What else is known, by name.
    pub fields: Vec<(String, String)>,
}

impl LogLine {
    /// The line with what is too long cut, and its size, about, in memory.
    pub(super) fn bounded(mut self) -> (Self, usize) {
        self.fields.truncate(MAX_FIELDS);
        let fields = self.fields.iter_mut().flat_map(|(name, text)| [name, text]);
        let optional = [&mut self.function, &mut self.request_id];
        let texts = optional
            .into_iter()
            .flatten()
            .chain([&mut self.target, &mut self.message]);
        let size = texts.chain(fields).map(cut).sum::<usize>();
        (self, size + OVERHEAD)
    }
}

/// Cuts a text, and returns what is left of it in memory.
fn cut(text: &mut String) -> usize {
    if text.len() > MAX_TEXT {
        text.truncate(text.floor_char_boundary(MAX_TEXT));
        text.shrink_to_fit();
    }
    text.capacity()
}
