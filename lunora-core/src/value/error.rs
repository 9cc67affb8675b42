//! Why a value and a Rust type do not fit.

use std::fmt;

use serde::{
    de::{self, Unexpected},
    ser,
};

use super::path::{below_field, below_index};

/// A value does not fit a type, or the other way round.
///
/// Prints as `remote.plan: expected string, got number`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueError {
    /// Where, as `remote[3].plan`; empty for the whole value.
    pub path: String,
    /// What is wrong there.
    pub message: String,
}

impl ValueError {
    /// An error about the whole value.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            path: String::new(),
            message: message.into(),
        }
    }

    /// The same error, seen from an object that holds the value in field `name`; also how a root is named:
    /// `error.in_field("args")`.
    #[must_use]
    pub fn in_field(mut self, name: &str) -> Self {
        self.path = below_field(name, &self.path);
        self
    }

    /// The same error, seen from an array that holds the value at `index`.
    #[must_use]
    pub fn in_index(mut self, index: usize) -> Self {
        self.path = below_index(index, &self.path);
        self
    }

    pub(super) fn expected(wanted: &str, got: &str) -> Self {
        Self::new(format!("expected {wanted}, got {got}"))
    }
}

impl fmt::Display for ValueError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            formatter.write_str(&self.message)
        } else {
            write!(formatter, "{}: {}", self.path, self.message)
        }
    }
}

impl std::error::Error for ValueError {}

impl ser::Error for ValueError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(message.to_string())
    }
}

impl de::Error for ValueError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(message.to_string())
    }

    fn invalid_type(unexpected: Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::expected(without_article(&expected.to_string()), kind_of(unexpected))
    }

    fn missing_field(field: &'static str) -> Self {
        Self::new("missing required field").in_field(field)
    }

    fn unknown_field(field: &str, _expected: &'static [&'static str]) -> Self {
        Self::new("unknown field").in_field(field)
    }
}

fn without_article(phrase: &str) -> &str {
    phrase
        .strip_prefix("a ")
        .or_else(|| phrase.strip_prefix("an "))
        .unwrap_or(phrase)
}

fn kind_of(unexpected: Unexpected<'_>) -> &'static str {
    match unexpected {
        Unexpected::Bool(_) => "boolean",
        Unexpected::Unsigned(_) | Unexpected::Signed(_) => "integer",
        Unexpected::Float(_) => "number",
        Unexpected::Char(_) | Unexpected::Str(_) | Unexpected::UnitVariant => "string",
        Unexpected::Bytes(_) => "bytes",
        Unexpected::Unit | Unexpected::Option => "null",
        Unexpected::Seq => "array",
        Unexpected::Map => "object",
        _ => "another kind of value",
    }
}
