//! How far a long piece of work has come.

use std::fmt;

/// How far a long piece of work has come. Prints as a line: `building index by_email of users: 3000 of 10000`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress<'a> {
    /// The table that is worked on.
    pub table: &'a str,
    /// What is done with it.
    pub step: Step<'a>,
    /// Documents (or entries) done.
    pub done: u64,
    /// All there are, as far as known.
    pub total: u64,
}

/// A long piece of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step<'a> {
    /// Documents are compared with the table's new type.
    Verify,
    /// This index is built.
    Build(&'a str),
    /// This index is removed.
    Drop(&'a str),
    /// Documents are compared with the indexes.
    Check,
    /// Documents are written to an export.
    Export,
    /// Documents of an export are checked.
    Inspect,
    /// Documents of an export are brought into the store.
    Import,
    /// Documents that the store has already are kept.
    Keep,
}

impl Progress<'_> {
    /// What is done with which table.
    pub fn what(&self) -> String {
        let table = self.table;
        match self.step {
            Step::Verify => format!("checking documents of {table}"),
            Step::Build(index) => format!("building index {index} of {table}"),
            Step::Drop(index) => format!("removing index {index} of {table}"),
            Step::Check => format!("comparing {table} with its indexes"),
            Step::Export => format!("exporting {table}"),
            Step::Inspect => format!("checking {table} of the export"),
            Step::Import => format!("importing {table}"),
            Step::Keep => format!("keeping {table}"),
        }
    }

    /// This piece of work is complete.
    pub const fn is_done(&self) -> bool {
        self.done >= self.total
    }
}

impl fmt::Display for Progress<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { done, total, .. } = self;
        write!(f, "{}: {done} of {total}", self.what())
    }
}
