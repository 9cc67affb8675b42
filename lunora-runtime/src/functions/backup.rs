//! Exports and imports of an application's data.

use std::{
    fmt,
    io::{Read, Seek, Write},
};

use lunora_core::{
    job::JobState,
    table::Table,
    value::{Object, from_object},
};

use super::{
    App,
    admin::StoredKey,
    hooks::StoredConnection,
    runtime::{Catalog, Runtime},
    scheduler::StoredJob,
};
use crate::{
    database::{
        self, ExportError, ExportOptions, ExportReport, ImportError, ImportMode, ImportOptions, ImportReport,
        Progress,
    },
    store::{Replacement, Store},
};

/// Tables that belong to each store alone. An export with admin keys in it would take them to wherever it is imported,
/// and an import would exchange the keys of a store for those of another: so their hashes neither leave nor come.
const PRIVATE: [&str; 1] = [StoredKey::NAME];

/// Somebody who is told how far a long piece of work has come.
pub(crate) type Told = Box<dyn FnMut(Progress<'_>) + Send>;

impl Runtime {
    /// Writes all documents, as they are at this moment, to `out`, while calls go on. Blocks until they are written.
    pub fn export(&self, out: impl Write) -> Result<ExportReport, ExportError> {
        self.database().export(out, options(Box::new(|_| ())))
    }
}

/// Exports a store with which no runtime is open.
pub(crate) fn export_store(
    app: App,
    store: &dyn Store,
    out: impl Write,
    progress: Told,
) -> Result<ExportReport, ExportError> {
    let schema = Catalog::of(&app).schema()?;
    database::export(store, &schema, out, options(progress))
}

/// What was imported.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Imported {
    /// The documents.
    pub report: ImportReport,
    /// What goes on by itself.
    pub under_way: UnderWay,
}

/// What was under way when an export was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct UnderWay {
    /// Jobs that waited, those of crons among them. They run when they are due, also if they have run since the export where
    /// it was made.
    pub waiting: u64,
    /// Actions that ran. The next start ends them as failed, or runs them again if they may be retried.
    pub running: u64,
    /// Connections that were open. The next start takes leave of them.
    pub connections: u64,
}

impl UnderWay {
    fn see(&mut self, table: &str, fields: &Object) {
        match table {
            StoredJob::NAME => match from_object::<StoredJob>(fields).map(|job| job.state) {
                Ok(JobState::Pending) => self.waiting += 1,
                Ok(JobState::Running) => self.running += 1,
                _ => {}
            },
            StoredConnection::NAME => self.connections += 1,
            _ => {}
        }
    }
}

impl fmt::Display for Imported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let UnderWay {
            waiting,
            running,
            connections,
        } = self.under_way;
        write!(f, "{}", self.report)?;
        writeln!(
            f,
            "jobs that wait: {waiting}, those of crons among them; actions that ran: {running}; open connections: \
             {connections}"
        )
    }
}

/// Imports an export.
pub(crate) fn import(
    app: App,
    replacement: Replacement,
    archive: &mut (impl Read + Seek),
    mode: ImportMode,
    progress: Told,
) -> Result<Imported, ImportError> {
    let schema = Catalog::of(&app).schema()?;
    let options = ImportOptions {
        mode,
        private: PRIVATE.to_vec(),
        progress,
    };
    let mut under_way = UnderWay::default();
    let see = &mut |table: &str, fields: &Object| under_way.see(table, fields);
    let report = database::import(replacement, schema, archive, options, see)?;
    Ok(Imported { report, under_way })
}

fn options(progress: Told) -> ExportOptions {
    ExportOptions {
        private: PRIVATE.to_vec(),
        progress,
    }
}
