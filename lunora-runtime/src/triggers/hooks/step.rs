//! One hook of a chain, as its job names it.

use std::{fmt, str::FromStr};

/// Which chain a hook belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Link {
    Connection(Passage),
    Start,
}

/// Which of the two chains of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Passage {
    Connect,
    Disconnect,
}

/// A hook of a chain, and what the chain is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) link: Link,
    /// Its place in the chain.
    pub(super) at: u32,
    /// The connection, or the process that starts.
    pub(super) about: String,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let link = match self.link {
            Link::Connection(Passage::Connect) => "connect",
            Link::Connection(Passage::Disconnect) => "disconnect",
            Link::Start => "start",
        };
        write!(f, "{link} {} {}", self.at, self.about)
    }
}

/// The text is none that a step has.
#[derive(Debug, thiserror::Error)]
#[error("a job has an origin that names no hook")]
pub(super) struct NoStep;

impl FromStr for Step {
    type Err = NoStep;

    fn from_str(text: &str) -> Result<Self, NoStep> {
        let mut words = text.splitn(3, ' ');
        let (Some(link), Some(at), Some(about)) = (words.next(), words.next(), words.next()) else {
            return Err(NoStep);
        };
        let link = match link {
            "connect" => Link::Connection(Passage::Connect),
            "disconnect" => Link::Connection(Passage::Disconnect),
            "start" => Link::Start,
            _ => return Err(NoStep),
        };
        Ok(Self {
            link,
            at: at.parse().map_err(|_| NoStep)?,
            about: about.to_owned(),
        })
    }
}
