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
    crons::StoredCron,
    hooks::StoredConnection,
    idempotency::RequestRecord,
    runtime::{Catalog, Runtime},
    scheduler::StoredJob,
};
use crate::{
    database::{
        self, ExportError, ExportOptions, ExportReport, ImportError, ImportMode, ImportOptions, ImportReport,
        Joining, Progress,
    },
    store::{Replacement, Store},
};

/// Tables that belong to each store alone. An export with admin keys in it would take them to wherever it is imported,
/// and an import would exchange the keys of a store for those of another: so their hashes neither leave nor come.
const PRIVATE: [&str; 1] = [StoredKey::NAME];

/// What the sum of two stores is, where a server stands and the data of another one comes to it. That brings its work
/// along: jobs, and connections that are to be taken leave of, because their hooks have left their traces in the data. (What it
/// had begun of its start, the next start gives up.) It brings no timetable, because a server has one of each cron; so neither
/// the runs that this one has ordered. A request that was answered there is not run again here, unless this server knows
/// another one by the same key.
fn joining(table: &str, fields: &Object) -> Joining {
    match table {
        StoredCron::NAME => Joining::LeftOut,
        StoredJob::NAME if from_object::<StoredJob>(fields).is_ok_and(|job| job.is_of_cron()) => {
            Joining::LeftOut
        }
        RequestRecord::NAME => Joining::AddedIfNew,
        _ => Joining::Added,
    }
}

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
    /// How many of those are runs of crons.
    pub of_crons: u64,
    /// Actions that ran. The next start ends them as failed, or runs them again if they may be retried.
    pub running: u64,
    /// Connections that were open. The next start takes leave of them.
    pub connections: u64,
}

impl UnderWay {
    fn see(&mut self, table: &str, fields: &Object) {
        match table {
            StoredJob::NAME => {
                if let Ok(job) = from_object(fields) {
                    self.see_job(&job);
                }
            }
            StoredConnection::NAME => self.connections += 1,
            _ => {}
        }
    }

    fn see_job(&mut self, job: &StoredJob) {
        match job.state {
            JobState::Pending => {
                self.waiting += 1;
                self.of_crons += u64::from(job.is_of_cron());
            }
            JobState::Running => self.running += 1,
            _ => {}
        }
    }
}

impl fmt::Display for Imported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let UnderWay {
            waiting,
            of_crons,
            running,
            connections,
        } = self.under_way;
        write!(f, "{}", self.report)?;
        writeln!(
            f,
            "jobs that wait: {waiting}, {of_crons} of them of crons; actions that ran: {running}; open connections: \
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
        joining,
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
