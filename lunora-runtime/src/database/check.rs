//! Whether documents and indexes agree: what the `check` command runs.

use std::fmt;

use lunora_core::{id::DocumentId, value::Value};

use super::{
    document::StoredDocument,
    error::CorruptReason,
    index::Index,
    keys,
    progress::{Progress, Step},
    tables::{ResolvedTable, Tables},
};
use crate::store::{Direction, Key, Payload, Snapshot, StoreError};

/// How many problems are kept; beyond that they are counted.
const KEPT: usize = 100;
const REPORT_EVERY: u64 = 1000;

/// What a check found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CheckReport {
    /// Every table, by name.
    pub tables: Vec<TableReport>,
    /// The first problems.
    pub problems: Vec<Problem>,
    /// How many problems there are in all.
    pub problem_count: u64,
}

/// What was looked at in one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableReport {
    /// Its name.
    pub name: &'static str,
    /// Documents.
    pub documents: u64,
    /// Index entries.
    pub entries: u64,
}

/// Something that does not fit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// A document cannot be read as one of its table.
    #[error("document {id} of table `{table}`: {reason}")]
    Document {
        /// Name of the table.
        table: &'static str,
        /// The document.
        id: DocumentId,
        /// What is wrong.
        reason: CorruptReason,
    },
    /// A document is not in an index.
    #[error("document {id} of table `{table}` is not in index `{index}`")]
    NoEntry {
        /// Name of the table.
        table: &'static str,
        /// The document.
        id: DocumentId,
        /// Name of the index.
        index: &'static str,
    },
    /// An entry has no document, or one with other values.
    #[error("index `{index}` of table `{table}` has an entry for {id}, which has no such values")]
    NoDocument {
        /// Name of the table.
        table: &'static str,
        /// The document that the entry names.
        id: DocumentId,
        /// Name of the index.
        index: &'static str,
    },
    /// A key lies among documents or entries and is neither.
    #[error("table `{table}` has a key that is neither a document's nor an entry's")]
    ForeignKey {
        /// Name of the table.
        table: &'static str,
    },
}

impl fmt::Display for CheckReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for TableReport {
            name,
            documents,
            entries,
        } in &self.tables
        {
            writeln!(f, "{name}: {documents} documents, {entries} index entries")?;
        }
        for problem in &self.problems {
            writeln!(f, "problem: {problem}")?;
        }
        match self.problem_count {
            0 => writeln!(f, "documents and indexes agree"),
            count => writeln!(f, "{count} problems, of which {} are listed", self.problems.len()),
        }
    }
}

impl CheckReport {
    /// There is no problem.
    pub const fn is_clean(&self) -> bool {
        self.problem_count == 0
    }

    fn problem(&mut self, problem: Problem) {
        self.problem_count += 1;
        if self.problems.len() < KEPT {
            self.problems.push(problem);
        }
    }
}

pub(super) fn check(
    snapshot: &dyn Snapshot,
    tables: &Tables,
    mut progress: impl FnMut(Progress<'_>),
) -> Result<CheckReport, StoreError> {
    let mut tables: Vec<&ResolvedTable> = tables.iter().map(|table| &**table).collect();
    tables.sort_by_key(|table| table.schema.name);
    let mut report = CheckReport::default();
    for table in tables {
        let mut check = Check {
            snapshot,
            table,
            report: &mut report,
            progress: &mut progress,
        };
        let (documents, entries) = (check.documents()?, check.entries()?);
        report.tables.push(TableReport {
            name: table.schema.name,
            documents,
            entries,
        });
    }
    Ok(report)
}

struct Check<'a> {
    snapshot: &'a dyn Snapshot,
    table: &'a ResolvedTable,
    report: &'a mut CheckReport,
    progress: &'a mut dyn FnMut(Progress<'_>),
}

impl Check<'_> {
    /// Every document decodes and is in every index.
    fn documents(&mut self) -> Result<u64, StoreError> {
        let mut done = 0;
        for pair in self
            .snapshot
            .range(keys::documents(self.table.schema.tag), Direction::Ascending)
        {
            let (key, payload) = pair?;
            self.document(&key, payload)?;
            done += 1;
            if done % REPORT_EVERY == 0 {
                let table = self.table.schema.name;
                (self.progress)(Progress {
                    table,
                    step: Step::Check,
                    done,
                    total: done,
                });
            }
        }
        Ok(done)
    }

    fn document(&mut self, key: &Key, payload: Payload) -> Result<(), StoreError> {
        let table = self.table.schema.name;
        let Some(id) = keys::document_id(key) else {
            self.report.problem(Problem::ForeignKey { table });
            return Ok(());
        };
        let document = match StoredDocument::decode(id, payload) {
            Ok(document) => document,
            Err(reason) => {
                self.report.problem(Problem::Document { table, id, reason });
                return Ok(());
            }
        };
        for index in &self.table.indexes {
            if self.snapshot.get(&index.entry(&document))?.is_none() {
                self.report.problem(Problem::NoEntry {
                    table,
                    id,
                    index: index.spec.name,
                });
            }
        }
        if let Err(error) = (self.table.schema.decodes)(Value::Object(document.fields)) {
            self.report.problem(Problem::Document {
                table,
                id,
                reason: CorruptReason::Type(error),
            });
        }
        Ok(())
    }

    /// Every entry has a document with its values.
    fn entries(&mut self) -> Result<u64, StoreError> {
        let mut entries = 0;
        for index in &self.table.indexes {
            for pair in self.snapshot.range(index.all(), Direction::Ascending) {
                self.entry(*index, &pair?.0)?;
                entries += 1;
            }
        }
        Ok(entries)
    }

    fn entry(&mut self, index: Index, entry: &Key) -> Result<(), StoreError> {
        let (table, name) = (self.table.schema.name, index.spec.name);
        let Some(id) = index.id_of(entry) else {
            self.report.problem(Problem::ForeignKey { table });
            return Ok(());
        };
        let payload = self.snapshot.get(&keys::document_key(id))?;
        let document = payload.and_then(|payload| StoredDocument::decode(id, payload).ok());
        if document.is_none_or(|document| index.entry(&document) != *entry) {
            self.report.problem(Problem::NoDocument {
                table,
                id,
                index: name,
            });
        }
        Ok(())
    }
}
