//! From an export to a store: all of it or nothing.
//!
//! The documents are written into a new store beside the old one, in batches, so that neither memory nor a commit
//! grows with them, and the new store takes the place of the old one at the end. (See [`Replacement`]; keys that
//! become visible with one commit would have needed a second place for every document and entry, and a look at it in
//! every read.) Adding to a store works the same way, and copies first what the store has: it takes as long as it takes
//! to copy it, but there is no limit to what is added, and half of an import is never seen either.

use std::{
    collections::BTreeMap,
    fmt,
    io::{Read, Seek},
    sync::Arc,
};

use lunora_core::{id::TableTag, value::Object};

use super::{
    super::{
        backfill,
        catalog::{CATALOG, Catalog, CatalogTable},
        committer,
        document::StoredDocument,
        index::Index,
        instance::Database,
        keys,
        open::{self, OpenError, OpenOptions},
        progress::{Progress, Step},
        schema::Schema,
    },
    contents::{Place, Purpose, verify, walk},
    error::ImportError,
    load::Loader,
    manifest::{Manifest, TableEntry},
    reader::Fingerprint,
    report::ImportReport,
};
use crate::store::{Commit, Direction, KeyRange, Pairs, Replacement, Snapshot, Store, StoreError, Timestamp};

/// What becomes of the documents that a store has already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ImportMode {
    /// There are none, or nothing is imported.
    #[default]
    IntoEmpty,
    /// They go.
    Replace,
    /// They stay, and those of the export are added, as far as they [join](Joining) them.
    Append,
}

/// What becomes of a document of an export that is added to a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Joining {
    /// It is added. One of its id may not be there already.
    Added,
    /// It is added, unless there is one of its id already.
    AddedIfNew,
    /// It is left out: the store has its own of that kind.
    LeftOut,
}

/// How an export is imported.
pub struct ImportOptions {
    /// What becomes of the documents that the store has already.
    pub mode: ImportMode,
    /// Names of tables that belong to the store alone: they stay as they are, and are in no export.
    pub private: Vec<&'static str>,
    /// What becomes of a document of a table when it is added to those of a store.
    pub joining: fn(&str, &Object) -> Joining,
    /// Told how far it has come.
    pub progress: Box<dyn FnMut(Progress<'_>) + Send>,
}

impl fmt::Debug for ImportOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ImportOptions")
            .field("mode", &self.mode)
            .field("private", &self.private)
            .finish_non_exhaustive()
    }
}

/// Timestamps have to last for a while after an import.
const MAX_TIMESTAMP: u64 = Timestamp::MAX.0 - (1 << 53);

/// Imports `archive` into the store that `replacement` is for. It is looked through first, then read once more; the
/// store changes at the very end or not at all. `seen` is shown each document, with the name of its table, before it is
/// imported.
pub fn import(
    replacement: Replacement,
    schema: Schema,
    archive: &mut (impl Read + Seek),
    mut options: ImportOptions,
    seen: &mut dyn FnMut(&str, &Object),
) -> Result<ImportReport, ImportError> {
    let (manifest, fingerprint) = verify(&mut *archive, options.purpose(&schema, Step::Inspect))?;
    if manifest.timestamp > MAX_TIMESTAMP {
        return Err(ImportError::Contradiction("its timestamp is out of range"));
    }
    archive.rewind().map_err(super::ArchiveError::from)?;
    let (old, new) = (replacement.current(), replacement.successor()?);
    let old = Old::open(&*old)?;
    if options.mode == ImportMode::IntoEmpty {
        old.expect_empty(&options.private)?;
    }
    begin_above(&*new, &[old.newest, Timestamp(manifest.timestamp)])?;
    if options.mode == ImportMode::Append {
        old.copy_all(&*new, &mut options)?;
    }
    // Nothing is read twice.
    let options_of_new = OpenOptions {
        cache_bytes: 0,
        ..OpenOptions::default()
    };
    let database = Database::open(new, schema.clone(), options_of_new)?;
    let filling = Filling {
        database: &database,
        schema: &schema,
        old: &old,
    };
    if options.mode != ImportMode::Append {
        filling.keep_private(&mut options)?;
    }
    let left_out = filling.fill(archive, &manifest, fingerprint, &mut options, seen)?;
    filling.check_unique()?;
    let imported = |entry: TableEntry| {
        let left_out = left_out.get(&entry.name).copied().unwrap_or_default();
        (entry.name, entry.documents - left_out)
    };
    let report = ImportReport {
        exported_at: Timestamp(manifest.timestamp),
        continues_after: database.ordered(),
        tables: manifest.tables.into_iter().map(imported).collect(),
        left_out,
    };
    drop(old);
    replacement.finish()?;
    Ok(report)
}

impl ImportOptions {
    fn purpose<'a>(&'a mut self, schema: &'a Schema, step: Step<'static>) -> Purpose<'a> {
        Purpose {
            schema,
            private: &self.private,
            step,
            progress: &mut *self.progress,
        }
    }
}

/// Lets the commits of an empty store begin above all that anybody may have seen of the data.
fn begin_above(new: &dyn Store, seen: &[Timestamp]) -> Result<(), StoreError> {
    let now = Timestamp(committer::now());
    let ts = seen.iter().copied().fold(now, Timestamp::max);
    let first = Commit {
        ts,
        writes: Vec::new(),
    };
    new.append(new.ordered(), &first)
}

/// The store as it is.
struct Old {
    newest: Timestamp,
    snapshot: Arc<dyn Snapshot>,
}

impl Old {
    fn open(store: &dyn Store) -> Result<Self, StoreError> {
        let snapshot = store.frozen()?;
        Ok(Self {
            newest: store.ordered(),
            snapshot,
        })
    }

    fn tables(&self) -> Result<Vec<CatalogTable>, ImportError> {
        let Some(bytes) = self.snapshot.get(&keys::system_key(CATALOG))? else {
            return Ok(Vec::new());
        };
        Ok(Catalog::decode(&bytes).map_err(ImportError::Catalog)?.tables)
    }

    /// Refuses a store that has a document somewhere else than in `private` tables.
    fn expect_empty(&self, private: &[&str]) -> Result<(), ImportError> {
        for table in self.tables()? {
            let mut documents = self.documents(&table.name);
            if !private.contains(&&*table.name) && documents.next().transpose()?.is_some() {
                return Err(ImportError::NotEmpty(table.name));
            }
        }
        Ok(())
    }

    fn documents(&self, table: &str) -> Pairs<'_> {
        let range = keys::documents(TableTag::of(table));
        self.snapshot.range(range, Direction::Ascending)
    }

    /// Brings everything into a store: documents, entries, and the catalog that knows both.
    fn copy_all(&self, new: &dyn Store, options: &mut ImportOptions) -> Result<(), ImportError> {
        let mut loader = Loader::new(new);
        let mut done = 0_u64;
        for pair in self.snapshot.range(KeyRange::all(), Direction::Ascending) {
            let (key, payload) = pair?;
            loader.pair(key, payload)?;
            done += 1;
            if done.is_multiple_of(KEEP_REPORT_EVERY) {
                (options.progress)(Progress {
                    table: "what the store has",
                    step: Step::Keep,
                    done,
                    total: done,
                });
            }
        }
        loader.commit()?;
        Ok(())
    }
}

const KEEP_REPORT_EVERY: u64 = 100_000;

/// A new store that is being filled.
struct Filling<'a> {
    database: &'a Database,
    schema: &'a Schema,
    old: &'a Old,
}

impl Filling<'_> {
    /// Brings over the documents of the tables that belong to the store alone.
    fn keep_private(&self, options: &mut ImportOptions) -> Result<(), ImportError> {
        let mut loader = Loader::new(&*self.database.committer().store);
        for table in self.database.tables().iter() {
            let name = table.schema.name;
            if !options.private.contains(&name) {
                continue;
            }
            for pair in self.old.documents(name) {
                let (key, payload) = pair?;
                let document = backfill::decode(&table.schema, &key, payload).map_err(OpenError::from)?;
                loader.document(&document, &table.indexes)?;
            }
        }
        loader.commit()?;
        Ok(())
    }

    /// Says how many documents of which tables were left out.
    fn fill(
        &self,
        archive: &mut impl Read,
        manifest: &Manifest,
        fingerprint: Fingerprint,
        options: &mut ImportOptions,
        seen: &mut dyn FnMut(&str, &Object),
    ) -> Result<BTreeMap<String, u64>, ImportError> {
        let store = &*self.database.committer().store;
        let mut loader = Loader::new(store);
        let mut left_out = BTreeMap::new();
        let joining = (options.mode == ImportMode::Append).then_some(options.joining);
        let purpose = options.purpose(self.schema, Step::Import);
        let read = walk(archive, purpose, &mut |place, document| {
            if let Some(joining) = joining
                && !self.joins(joining(place.name(), &document.fields), place, &document)?
            {
                *left_out.entry(place.name().to_owned()).or_default() += 1;
                return Ok(());
            }
            seen(place.name(), &document.fields);
            self.load(&mut loader, place, &document)
        })?;
        loader.commit()?;
        if read != (manifest.clone(), fingerprint) {
            return Err(ImportError::Changed);
        }
        self.remember_former(manifest)?;
        Ok(left_out)
    }

    /// Whether a document is to be added to those of the store.
    fn joins(
        &self,
        joining: Joining,
        place: Place<'_>,
        document: &StoredDocument,
    ) -> Result<bool, ImportError> {
        let is_new = || {
            let key = keys::document_key(document.id);
            self.old.snapshot.get(&key).map(|found| found.is_none())
        };
        match joining {
            Joining::LeftOut => Ok(false),
            Joining::AddedIfNew => Ok(is_new()?),
            Joining::Added if is_new()? => Ok(true),
            Joining::Added => Err(ImportError::Twice {
                table: place.name().to_owned(),
                id: document.id,
                place: "one is in the export, the other in the store",
            }),
        }
    }

    fn load(
        &self,
        loader: &mut Loader<'_>,
        place: Place<'_>,
        document: &StoredDocument,
    ) -> Result<(), ImportError> {
        let tag = document.id.table;
        match place {
            Place::Known(_) => {
                let table = self
                    .database
                    .tables()
                    .get(tag)
                    .map_err(|error| ImportError::Catalog(error.to_string()))?;
                loader.document(document, &table.indexes)?;
            }
            Place::Former(_) => loader.document(document, &[Index::by_creation_time(tag)])?,
        }
        Ok(())
    }

    /// Enters the tables that the application no longer has, for when it has them again. Their indexes are built then.
    fn remember_former(&self, manifest: &Manifest) -> Result<(), ImportError> {
        let ours = |name: &str| self.schema.tables.iter().any(|table| table.name == name);
        let names = manifest.tables.iter().map(|entry| &*entry.name);
        let former: Vec<_> = names.filter(|name| !ours(name)).collect();
        Ok(open::enter_former(self.database.committer(), &former)?)
    }

    /// Two documents with the same values are neighbours in a unique index.
    fn check_unique(&self) -> Result<(), ImportError> {
        for table in self.database.tables().iter() {
            for index in table.indexes.iter().filter(|index| index.spec.unique) {
                backfill::refuse_duplicates(self.database.committer(), &table.schema, *index)
                    .map_err(duplicate)?;
            }
        }
        Ok(())
    }
}

/// Says it in the words of an import, not in those of a new index.
fn duplicate(error: OpenError) -> ImportError {
    match error {
        OpenError::Duplicate {
            table,
            index,
            first,
            second,
        } => ImportError::Duplicate {
            table: table.to_owned(),
            index,
            first,
            second,
        },
        other => ImportError::Open(other),
    }
}
