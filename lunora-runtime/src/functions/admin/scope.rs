//! What a key may be good for.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// What the holder of a key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// Run internal functions.
    RunInternal,
    /// Call functions as a user.
    ActAs,
    /// Read documents without a function.
    ReadData,
    /// Write documents without a function.
    WriteData,
}

impl Scope {
    /// All of them. The key that has them may make and revoke keys.
    pub const ALL: [Self; 4] = [Self::RunInternal, Self::ActAs, Self::ReadData, Self::WriteData];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::RunInternal => "run-internal",
            Self::ActAs => "act-as",
            Self::ReadData => "read-data",
            Self::WriteData => "write-data",
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A name that is no scope's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the scopes are run-internal, act-as, read-data and write-data")]
pub struct UnknownScope;

impl FromStr for Scope {
    type Err = UnknownScope;

    fn from_str(name: &str) -> Result<Self, UnknownScope> {
        let found = Self::ALL.into_iter().find(|scope| scope.name() == name);
        found.ok_or(UnknownScope)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_has_one_name() {
        for scope in Scope::ALL {
            assert_eq!(scope.name().parse(), Ok(scope));
            assert_eq!(serde_json::to_value(scope).unwrap(), scope.name());
        }
        assert_eq!("runInternal".parse::<Scope>(), Err(UnknownScope));
    }
}
