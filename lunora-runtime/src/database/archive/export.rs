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
        schema::Schema,
    },
    documents::Filling,
    error::ExportError,
    manifest::{IndexEntry, Manifest, TableEntry},
    report::ExportReport,
    writer::ArchiveWriter,
};
use crate::store::{Direction, Key, KeyRange, Payload, Snapshot, Store, StoreError};

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
    /// Writes all documents, as they are at this moment, to `out`. Meanwhile the database goes on: no writer is held up,
    /// and memory does not grow.
    pub fn export(&self, out: impl Write, options: ExportOptions) -> Result<ExportReport, ExportError> {
        let ours = |name: &str| self.tables().get(TableTag::of(name)).is_ok();
        export_store(&*self.committer().store, &ours, out, options)
    }
}

/// The same for a store that no database has opened: also for one whose documents do not fit `schema`, with which no
/// database would open it.
pub fn export(
    store: &dyn Store,
    schema: &Schema,
    out: impl Write,
    options: ExportOptions,
) -> Result<ExportReport, ExportError> {
    let ours = |name: &str| schema.tables.iter().any(|table| table.name == name);
    export_store(store, &ours, out, options)
}

fn export_store(
    store: &dyn Store,
    ours: &dyn Fn(&str) -> bool,
    out: impl Write,
    options: ExportOptions,
) -> Result<ExportReport, ExportError> {
    let snapshot = store.frozen()?;
    let mut export = Export {
        snapshot: &*snapshot,
        progress: options.progress,
    };
    let manifest = Manifest {
        lunora: env!("CARGO_PKG_VERSION").to_owned(),
        timestamp: snapshot.timestamp().0,
        tables: export.tables(ours, &options.private)?,
    };
    let mut out = ArchiveWriter::begin(out, &manifest)?;
    for (number, table) in (0..).zip(&manifest.tables) {
        export.table(number, table, &mut out)?;
    }
    Ok(ExportReport::of(&manifest, out.end()?))
}

struct Export<'a> {
    snapshot: &'a dyn Snapshot,
    progress: Box<dyn FnMut(Progress<'_>) + Send>,
}

impl Export<'_> {
    /// All tables that the store has documents of or had, those included that the application no longer has.
    fn tables(&self, ours: &dyn Fn(&str) -> bool, private: &[&str]) -> Result<Vec<TableEntry>, ExportError> {
        let mut tables = Vec::new();
        for table in self.catalog()? {
            if !private.contains(&&*table.name) {
                let (in_schema, documents) = (ours(&table.name), self.count(&table.name)?);
                tables.push(entry(table, in_schema, documents));
            }
        }
        tables.sort_by(|left, right| left.name.cmp(&right.name));
        Ok(tables)
    }

    /// A store that nobody has opened yet has none.
    fn catalog(&self) -> Result<Vec<CatalogTable>, ExportError> {
        let Some(bytes) = self.snapshot.get(&keys::system_key(CATALOG))? else {
            return Ok(Vec::new());
        };
        let unreadable =
            |error| ExportError::Corrupt(format!("the catalog of the store cannot be read: {error}"));
        Ok(Catalog::decode(&bytes).map_err(unreadable)?.tables)
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
