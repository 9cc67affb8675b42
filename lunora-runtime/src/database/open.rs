//! Brings the store in line with the schema, or refuses to.
//!
//! In this order, so that a refusal leaves everything an older program needs: documents of changed tables are checked,
//! new indexes are built beside the old ones, then one commit makes the new ones readable and gives the old ones up,
//! and at last their entries are removed. A process that ends in the middle leaves a catalog that says so.
//!
//! A schema change needs the store to itself: another process with the old schema would not maintain the new indexes.
//! If one changes the schema at the same time, the later of the two refuses to start.

use std::{fmt, time::Duration};

use lunora_core::{error::Error, id::DocumentId, value::ValueError};

use super::{
    another, backfill,
    catalog::{CATALOG, Catalog, IndexState},
    committer::{CommitError, Committer},
    cursor::{CursorKey, KEY_BYTES},
    error::CorruptDocument,
    keys,
    lane::LEASE,
    progress::Progress,
    reconcile,
    schema::Schema,
    tables::Tables,
    verify,
};
use crate::{
    store::{Key, KeyRange, StoreError},
    sync::{channel, fill_random},
};

/// How a database is opened.
pub struct OpenOptions {
    /// Told about every batch of the work that a changed schema makes.
    pub progress: Box<dyn FnMut(Progress<'_>) + Send>,
    /// How long a lease of the lane lasts at most.
    pub lease: Duration,
    /// What decoded documents and index entries may take that are kept for the next reader, in bytes. Default 128 MiB.
    pub cache_bytes: usize,
}

impl OpenOptions {
    /// The defaults, with somebody who is told about every batch.
    pub fn with_progress(progress: impl FnMut(Progress<'_>) + Send + 'static) -> Self {
        Self {
            progress: Box::new(progress),
            ..Self::default()
        }
    }
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self {
            progress: Box::new(|_| ()),
            lease: LEASE,
            cache_bytes: 128 << 20,
        }
    }
}

impl fmt::Debug for OpenOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenOptions")
            .field("lease", &self.lease)
            .finish_non_exhaustive()
    }
}

/// Why the start is refused. The stored documents are untouched.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The data is that of another application.
    #[error(
        "the data is that of another application: it has documents of a table `{theirs}`, and none of the tables of this \
         one, such as `{ours}`. Nothing was changed. Name another directory; or, if all tables were renamed, keep one of \
         the former ones"
    )]
    Another {
        /// A table that the application does not have.
        theirs: String,
        /// A table that the data does not have.
        ours: &'static str,
    },
    /// A document is not one of its table's new type.
    #[error(
        "document {id} of table `{table}` does not fit the table's new type: {error}. Make the type accept it \
         (for example with an `Option` field), start, change the documents, then narrow the type"
    )]
    Document {
        /// Name of the table.
        table: &'static str,
        /// The first document that does not fit.
        id: DocumentId,
        /// Its field, and what is wrong with it.
        error: ValueError,
    },
    /// A new unique index finds two documents with the same values.
    #[error(
        "the unique index `{index}` of table `{table}` cannot be built: documents {first} and {second} have the \
         same values. Start without `unique`, change one of them, then add it again"
    )]
    Duplicate {
        /// Name of the table.
        table: &'static str,
        /// Name of the index.
        index: &'static str,
        /// One document.
        first: DocumentId,
        /// The other.
        second: DocumentId,
    },
    /// A stored document cannot be read at all.
    #[error(transparent)]
    Corrupt(#[from] CorruptDocument),
    /// The store's record of its schema cannot be read or written.
    #[error(
        "the catalog of the store cannot be used: {0}. It was written by another version, or it is damaged"
    )]
    Catalog(String),
    /// Another process changes the schema of the same store.
    #[error("another process is changing the schema of this store: wait for it, or stop it")]
    Concurrent,
    /// The system has no random numbers to give.
    #[error("the system gives no random numbers: {0}")]
    Random(String),
}

pub(super) type Report<'a> = &'a mut dyn FnMut(Progress<'_>);

/// The tables as they can be used from now on, and the key that seals cursors.
pub(super) fn open(
    committer: &Committer,
    schema: Schema,
    mut options: OpenOptions,
) -> Result<(Tables, CursorKey), OpenError> {
    let report: Report<'_> = &mut *options.progress;
    let mut opening = Opening {
        committer,
        catalog: load_or_create(committer)?,
    };
    another::refuse(committer, &opening.catalog, &schema)?;
    for table in reconcile::changed_tables(&opening.catalog, &schema) {
        verify::table(committer, table, report)?;
    }
    opening.change(|catalog| reconcile::begin_building(catalog, &schema))?;
    for (table, index) in reconcile::building(&opening.catalog, &schema) {
        backfill::build(committer, table, index, report)?;
    }
    opening.change(|catalog| reconcile::finish_building(catalog, &schema))?;
    opening.drop_indexes(report)?;
    wait_until_durable(committer)?;
    let key = CursorKey::new(opening.catalog.cursor_key);
    Ok((reconcile::resolve(&opening.catalog, schema), key))
}

/// Enters tables that the schema does not have, whose documents nobody has compared with a type.
pub(super) fn enter_former(committer: &Committer, names: &[&str]) -> Result<(), OpenError> {
    let mut opening = Opening {
        committer,
        catalog: load_or_create(committer)?,
    };
    opening.change(|catalog| {
        for name in names {
            reconcile::enter_former(catalog, name);
        }
    })
}

struct Opening<'a> {
    committer: &'a Committer,
    catalog: Catalog,
}

impl Opening<'_> {
    /// Changes the catalog, if nobody else has meanwhile.
    fn change(&mut self, change: impl FnOnce(&mut Catalog)) -> Result<(), OpenError> {
        let mut changed = self.catalog.clone();
        change(&mut changed);
        if changed != self.catalog {
            replace(self.committer, Some(&self.catalog), &changed)?;
            self.catalog = changed;
        }
        Ok(())
    }

    fn drop_indexes(&mut self, report: Report<'_>) -> Result<(), OpenError> {
        for table in &self.catalog.tables {
            for index in table
                .indexes
                .iter()
                .filter(|index| index.state == IndexState::Dropping)
            {
                backfill::remove(self.committer, &table.name, &index.name, index.number, report)?;
            }
        }
        self.change(reconcile::finish_dropping)
    }
}

fn load_or_create(committer: &Committer) -> Result<Catalog, OpenError> {
    if let Some(bytes) = load(committer)? {
        return Catalog::decode(&bytes).map_err(OpenError::Catalog);
    }
    let mut cursor_key = [0; KEY_BYTES];
    fill_random(&mut cursor_key).map_err(|error| OpenError::Random(error.to_string()))?;
    let catalog = Catalog::new(cursor_key);
    replace(committer, None, &catalog)?;
    Ok(catalog)
}

fn load(committer: &Committer) -> Result<Option<Key>, StoreError> {
    let store = &committer.store;
    store.snapshot(store.ordered())?.get(&keys::system_key(CATALOG))
}

fn replace(committer: &Committer, old: Option<&Catalog>, new: &Catalog) -> Result<(), OpenError> {
    let old = old.map(Catalog::encode).transpose().map_err(OpenError::Catalog)?;
    let new = new.encode().map_err(OpenError::Catalog)?;
    backfill::commit(committer, |transaction| {
        let key = keys::system_key(CATALOG);
        let range = KeyRange {
            start: key.clone(),
            end: Some(keys::above(&key)),
        };
        let found = transaction.first_pair(range)?.map(|(_, payload)| payload);
        if found.as_deref() != old.as_deref() {
            return Ok(Err(OpenError::Concurrent));
        }
        transaction.writes.put(key, Some(new.clone().into()));
        Ok(Ok(()))
    })?
}

/// Nobody may read at a timestamp from before the indexes were complete.
fn wait_until_durable(committer: &Committer) -> Result<(), OpenError> {
    let (done, wait) = channel::bounded(1);
    committer.store.when_durable(
        committer.store.ordered(),
        Box::new(move |result| drop(done.try_send(result))),
    );
    // A store that is gone without an answer is closed.
    Ok(wait.recv().unwrap_or(Err(StoreError::Closed))?)
}

impl From<CommitError> for OpenError {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Conflict => Self::Concurrent,
            CommitError::Store(error) => Self::Store(error),
        }
    }
}

impl From<Error> for OpenError {
    fn from(error: Error) -> Self {
        if let Some(corrupt) = error.downcast_ref::<CorruptDocument>() {
            return Self::Corrupt(corrupt.clone());
        }
        match error.downcast_ref::<StoreError>() {
            Some(error) => Self::Store(error.clone()),
            None => Self::Catalog(error.to_string()),
        }
    }
}
