//! From a store to an export.

use std::{fmt, io::Write};

use lunora_core::id::TableTag;

use super::{
    super::{
        catalog::{CATALOG, Catalog, CatalogTable, IndexState},
        document::StoredDocument,
        index::Index,
        instance::Database,
        keys,
        progress::{Progress, Step},
        tables::Tables,
    },
    documents::Filling,
    error::ExportError,
    manifest::{IndexEntry, Manifest, TableEntry},
    report::ExportReport,
    writer::ArchiveWriter,
};
use crate::store::{Direction, Key, KeyRange, Payload, Snapshot, StoreError};

const REPORT_EVERY: u64 = 1000;

/// How an export is made.
pub struct ExportOptions {
    /// Names of tables that belong to this store alone, and are in no export.
    pub private: Vec<&'static str>,
    /// Told how far it has come.
    pub progress: Box<dyn FnMut(Progress<'_>) + Send>,
}

impl fmt::Debug for ExportOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExportOptions")
            .field("private", &self.private)
            .finish_non_exhaustive()
    }
}

impl Database {
    /// Writes all documents, as they are at this moment, to `out`. Meanwhile the database goes on, and neither memory
    /// nor a writer is held up by it.
    pub fn export(&self, out: impl Write, options: ExportOptions) -> Result<ExportReport, ExportError> {
        let snapshot = self.committer().store.frozen()?;
        let mut export = Export {
            snapshot: &*snapshot,
            progress: options.progress,
        };
        let tables = export.tables(self.tables(), &options.private)?;
        let manifest = Manifest {
            lunora: env!("CARGO_PKG_VERSION").to_owned(),
            timestamp: snapshot.timestamp().0,
            tables,
        };
        let mut out = ArchiveWriter::begin(out, &manifest)?;
        for (number, table) in (0..).zip(&manifest.tables) {
            export.table(number, table, &mut out)?;
        }
        Ok(ExportReport {
            timestamp: snapshot.timestamp(),
            tables: manifest.tables.len(),
            documents: manifest.documents(),
            bytes: out.end()?,
        })
    }
}

struct Export<'a> {
    snapshot: &'a dyn Snapshot,
    progress: Box<dyn FnMut(Progress<'_>) + Send>,
}

impl Export<'_> {
    /// All tables that the store has documents of or had, those included that the application no longer has.
    fn tables(&self, ours: &Tables, private: &[&str]) -> Result<Vec<TableEntry>, ExportError> {
        let catalog = self.catalog()?;
        let mut tables = Vec::new();
        for table in catalog.tables {
            if !private.contains(&&*table.name) {
                let in_schema = ours.get(TableTag::of(&table.name)).is_ok();
                let documents = self.count(&table.name)?;
                tables.push(entry(table, in_schema, documents));
            }
        }
        tables.sort_by(|left, right| left.name.cmp(&right.name));
        Ok(tables)
    }

    fn catalog(&self) -> Result<Catalog, ExportError> {
        let missing = || ExportError::Corrupt("the store has no catalog".to_owned());
        let bytes = self
            .snapshot
            .get(&keys::system_key(CATALOG))?
            .ok_or_else(missing)?;
        Catalog::decode(&bytes).map_err(|error| {
            ExportError::Corrupt(format!("the catalog of the store cannot be read: {error}"))
        })
    }

    fn count(&self, table: &str) -> Result<u64, StoreError> {
        let entries = Index::by_creation_time(TableTag::of(table)).all();
        self.snapshot
            .range(entries, Direction::Ascending)
            .try_fold(0, |count, entry| entry.map(|_| count + 1))
    }

    fn table(
        &mut self,
        number: u32,
        table: &TableEntry,
        out: &mut ArchiveWriter<impl Write>,
    ) -> Result<(), ExportError> {
        let mut filling = Filling::new(number);
        let mut done = 0_u64;
        for pair in self.snapshot.range(documents(table), Direction::Ascending) {
            let (key, payload) = pair?;
            let document = read(table, &key, payload)?;
            filling.push(document.id.random, &document.payload);
            if filling.is_enough() {
                out.documents(&filling.take())?;
            }
            done += 1;
            if done.is_multiple_of(REPORT_EVERY) {
                self.report(table, done);
            }
        }
        if !filling.is_empty() {
            out.documents(&filling.take())?;
        }
        self.report(table, done);
        check_count(table, done)
    }

    fn report(&mut self, table: &TableEntry, done: u64) {
        (self.progress)(Progress {
            table: &table.name,
            step: Step::Export,
            done,
            total: table.documents,
        });
    }
}

fn documents(table: &TableEntry) -> KeyRange {
    keys::documents(TableTag::of(&table.name))
}

fn read(table: &TableEntry, key: &Key, payload: Payload) -> Result<StoredDocument, ExportError> {
    let name = &table.name;
    let foreign = || ExportError::Corrupt(format!("table `{name}` has a key that is no document's"));
    let id = keys::document_id(key).ok_or_else(foreign)?;
    StoredDocument::decode(id, payload)
        .map_err(|reason| ExportError::Corrupt(format!("document {id} of table `{name}`: {reason}")))
}

fn check_count(table: &TableEntry, found: u64) -> Result<(), ExportError> {
    let TableEntry { name, documents, .. } = table;
    if found == *documents {
        return Ok(());
    }
    Err(ExportError::Corrupt(format!(
        "table `{name}` has {found} documents and {documents} entries in its index by creation time"
    )))
}

fn entry(table: CatalogTable, in_schema: bool, documents: u64) -> TableEntry {
    let ready = table
        .indexes
        .into_iter()
        .filter(|index| index.state == IndexState::Ready);
    TableEntry {
        name: table.name,
        fingerprint: table.fingerprint,
        documents,
        in_schema,
        indexes: ready
            .map(|index| IndexEntry {
                name: index.name,
                fields: index.fields,
                unique: index.unique,
            })
            .collect(),
    }
}
