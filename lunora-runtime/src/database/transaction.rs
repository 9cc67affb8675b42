//! A transaction: reads of one snapshot, its own writes above them, and what both were.

use std::{fmt, sync::Arc};

use lunora_core::{
    error::Result,
    id::{DocumentId, RANDOM_BYTES, TableTag},
    limits::{LimitExceeded, Limits},
    value::{Object, Value, ValueError},
};
use rand::{Rng, SeedableRng, rngs::StdRng};

use super::{
    cache::{Marked, ReadCache},
    creation::CreationTimes,
    cursor::CursorKey,
    document::{self, StoredDocument},
    error::{InvalidDocument, TimeLimitExceeded, UniqueViolation},
    held::Held,
    index::Index,
    keys,
    meter::Meter,
    overlay::Overlay,
    pages::PageEnd,
    reads::{ReadSet, SealedReads},
    tables::{ResolvedTable, Tables},
    writes::WriteSet,
};
use crate::{
    store::{Direction, Key, KeyRange, Payload, Snapshot, Timestamp},
    sync::Instant,
};

/// Keeps the ids of documents apart from what the function draws from its own generator with the same seed.
const ID_DOMAIN: &[u8; 32] = b"lunora: the ids of new documents";

/// What a transaction is run with.
#[derive(Debug, Clone)]
pub struct TransactionOptions {
    /// What it may read and write.
    pub limits: Limits,
    /// When its time is over; looked at by every operation.
    pub deadline: Option<Instant>,
    /// Creation time of its first document, in milliseconds since 1970.
    pub now_ms: f64,
    /// Where ids come from. Must not be guessable.
    pub seed: [u8; 32],
    /// What cursors are bound to, besides the range: a hash of the function's path and other arguments.
    pub binding: [u8; 32],
}

/// One transaction, without types. See [`SharedTransaction`](super::SharedTransaction) for the typed face.
pub struct Transaction {
    pub(super) tables: Arc<Tables>,
    pub(super) snapshot: Arc<dyn Snapshot>,
    pub(super) cache: Arc<ReadCache>,
    pub(super) cursor_key: Arc<CursorKey>,
    pub(super) options: TransactionOptions,
    pub(super) reads: ReadSet,
    pub(super) writes: WriteSet,
    /// Documents as this transaction sees them, so that reading before writing decodes once.
    pub(super) documents: Held,
    pub(super) meter: Meter,
    pub(super) stamps: Vec<(DocumentId, String)>,
    /// Documents of which no more is kept than what is in here.
    pub(super) marked: Vec<Marked>,
    pub(super) page_end: Option<PageEnd>,
    pub(super) journal: Option<String>,
    pub(super) paginated: bool,
    /// An operation was refused because its time was over.
    was_late: bool,
    ids: Option<Box<StdRng>>,
    creation_times: Arc<CreationTimes>,
}

impl Transaction {
    /// What stands in a field that is to become the commit timestamp: as long as one can get, so that limits count what
    /// will be stored.
    pub const NO_TIMESTAMP: i64 = i64::MAX;

    pub(super) fn new(
        tables: Arc<Tables>,
        cursor_key: Arc<CursorKey>,
        snapshot: Arc<dyn Snapshot>,
        cache: Arc<ReadCache>,
        creation_times: Arc<CreationTimes>,
        options: TransactionOptions,
    ) -> Self {
        Self {
            tables,
            snapshot,
            cache,
            cursor_key,
            reads: ReadSet::default(),
            writes: WriteSet::default(),
            documents: Held::default(),
            meter: Meter::new(options.limits),
            options,
            stamps: Vec::new(),
            marked: Vec::new(),
            page_end: None,
            journal: None,
            paginated: false,
            was_late: false,
            ids: None,
            creation_times,
        }
    }

    /// What it reads at.
    pub fn snapshot_ts(&self) -> Timestamp {
        self.snapshot.timestamp()
    }

    /// Nothing was written (so far).
    pub fn is_read_only(&self) -> bool {
        self.writes.is_empty()
    }

    /// What was read so far.
    pub const fn reads(&self) -> &ReadSet {
        &self.reads
    }

    /// Whether `commit` changed what was read so far.
    pub fn sealed_reads(&self) -> SealedReads {
        self.reads.seal()
    }

    /// Where the run's page ended, if it ran a pagination: what a journal keeps.
    pub const fn page_end(&self) -> Option<&PageEnd> {
        self.page_end.as_ref()
    }

    pub(super) fn check_time(&mut self) -> Result<(), TimeLimitExceeded> {
        let is_over = self.options.deadline.is_some_and(|end| Instant::now() >= end);
        self.was_late |= is_over;
        if is_over { Err(TimeLimitExceeded) } else { Ok(()) }
    }

    /// Fails if one of its operations has come too late, whatever was made of that error.
    pub fn check_was_in_time(&self) -> Result<(), TimeLimitExceeded> {
        if self.was_late {
            Err(TimeLimitExceeded)
        } else {
            Ok(())
        }
    }

    /// Inserts a document and returns its id.
    pub fn insert(&mut self, table: TableTag, fields: Object) -> Result<DocumentId> {
        let random = self.next_id();
        let id = DocumentId { table, random };
        self.insert_as(id, fields)?;
        Ok(id)
    }

    /// Inserts a document under an id of the caller's choice, who has looked that there is none.
    pub(crate) fn insert_as(&mut self, id: DocumentId, fields: Object) -> Result<()> {
        self.check_time()?;
        let table = self.table(id.table)?;
        self.insert_into(&table, id, fields, |_, _| {})
    }

    /// The same, and tells of the document's entry in each index.
    pub(super) fn insert_into(
        &mut self,
        table: &ResolvedTable,
        id: DocumentId,
        fields: Object,
        mut tell: impl FnMut(&Index, &Key),
    ) -> Result<()> {
        document::check_fields(&fields).map_err(|error| invalid(table, error))?;
        let document = StoredDocument::encode(id, self.creation_times.next(self.options.now_ms), fields);
        for index in &table.indexes {
            self.probe(table, *index, &document)?;
        }
        self.count_write(table, document.bytes())?;
        for index in &table.indexes {
            let entry = index.entry(&document);
            tell(index, &entry);
            self.writes.put(entry, Some(Key::default()));
        }
        self.put(document);
        Ok(())
    }

    /// Sets and (with `None`) removes fields of a document.
    pub fn patch<N: AsRef<str>>(
        &mut self,
        id: DocumentId,
        changes: impl IntoIterator<Item = (N, Option<Value>)>,
    ) -> Result<()> {
        let (table, old) = self.existing(id)?;
        let (mut fields, mut indexed) = (old.fields.clone(), false);
        for (name, value) in changes {
            let name = name.as_ref();
            indexed |= table.indexes.iter().any(|index| index.names(name));
            match value {
                None => {
                    fields.remove(name);
                }
                Some(value) => {
                    document::check_field(name, &value).map_err(|error| invalid(&table, error))?;
                    set(&mut fields, name, value);
                }
            }
        }
        if indexed {
            self.update(&table, &old, fields)
        } else {
            let new = StoredDocument::encode(id, old.creation_time, fields);
            self.count_write(&table, new.bytes())?;
            self.put(new);
            Ok(())
        }
    }

    /// Gives a document other fields.
    pub fn replace(&mut self, id: DocumentId, fields: Object) -> Result<()> {
        let (table, old) = self.existing(id)?;
        document::check_fields(&fields).map_err(|error| invalid(&table, error))?;
        self.update(&table, &old, fields)
    }

    /// Puts other fields into a document of which this is known, without a look at those that it has. Its table has no
    /// index of its own.
    pub(crate) fn overwrite(&mut self, known: Marked, fields: Object) -> Result<()> {
        self.check_time()?;
        let table = self.table(known.id.table)?;
        debug_assert!(table.indexes.iter().all(|index| index.spec.fields.is_empty()));
        document::check_fields(&fields).map_err(|error| invalid(&table, error))?;
        let document = StoredDocument::encode(known.id, known.creation_time, fields);
        self.count_write(&table, document.bytes())?;
        self.put(document);
        Ok(())
    }

    /// Marks a document that this transaction has written. What is kept of it in memory is the mark.
    pub(crate) fn mark(&mut self, id: DocumentId, mark: u32) {
        let document = self.documents.get(id);
        self.marked.extend(document.map(|document| Marked {
            id,
            mark,
            creation_time: document.creation_time,
        }));
    }

    /// Removes a document.
    pub fn delete(&mut self, id: DocumentId) -> Result<()> {
        let (table, old) = self.existing(id)?;
        self.count_write(&table, 0)?;
        for index in &table.indexes {
            self.writes.put(index.entry(&old), None);
        }
        self.writes.put(Key::from(&keys::document_key(id)), None);
        self.documents.remove(id);
        Ok(())
    }

    /// Lets `field` become the commit timestamp, an `Int64`, when the transaction commits.
    ///
    /// The field must not be in an index: entries are settled before the timestamp is known.
    pub fn stamp(&mut self, id: DocumentId, field: &str) -> Result<()> {
        let (table, old) = self.existing(id)?;
        if table.indexes.iter().any(|index| index.names(field)) {
            let error = ValueError::new("an indexed field cannot be stamped").in_field(field);
            return Err(invalid(&table, error).into());
        }
        let stamp = Value::Int64(Self::NO_TIMESTAMP);
        if old.fields.get(field) != Some(&stamp) {
            self.patch(id, [(field, Some(stamp))])?;
        }
        self.stamps.push((id, field.to_owned()));
        Ok(())
    }

    pub(super) fn table(&self, tag: TableTag) -> Result<Arc<ResolvedTable>> {
        Ok(self.tables.get(tag)?.clone())
    }

    fn update(&mut self, table: &ResolvedTable, old: &StoredDocument, fields: Object) -> Result<()> {
        let new = StoredDocument::encode(old.id, old.creation_time, fields);
        let moved = |index: &&Index| !index.same(&old.fields, &new.fields);
        for index in table.indexes.iter().filter(moved) {
            self.probe(table, *index, &new)?;
        }
        self.count_write(table, new.bytes())?;
        for index in table.indexes.iter().filter(moved) {
            self.writes.put(index.entry(old), None);
            self.writes.put(index.entry(&new), Some(Key::default()));
        }
        self.put(new);
        Ok(())
    }

    fn put(&mut self, document: StoredDocument) {
        let key = Key::from(&keys::document_key(document.id));
        self.writes.put(key, Some(document.payload.clone()));
        self.documents.insert(Arc::new(document));
    }

    /// Refuses values that a unique index already has. The look is a read like any other: a race runs again.
    fn probe(&mut self, table: &ResolvedTable, index: Index, document: &StoredDocument) -> Result<()> {
        if !index.spec.unique {
            return Ok(());
        }
        let value = Key::from(index.values(&document.fields));
        match self.unique_entry(value)? {
            Some(entry) if index.id_of(&entry) != Some(document.id) => Err(UniqueViolation {
                table: table.schema.name,
                index: index.spec.name,
            }
            .into()),
            _ => Ok(()),
        }
    }

    /// The first pair of a range of keys.
    pub(super) fn first_pair(&mut self, range: KeyRange) -> Result<Option<(Key, Payload)>> {
        let mut overlay = Overlay::new(self, range, Direction::Ascending);
        overlay.next(self)
    }

    pub(super) fn next_id(&mut self) -> [u8; RANDOM_BYTES] {
        let seed = &self.options.seed;
        let ids = self.ids.get_or_insert_with(|| {
            let mut seed = *seed;
            seed.iter_mut()
                .zip(ID_DOMAIN)
                .for_each(|(byte, domain)| *byte ^= domain);
            Box::new(StdRng::from_seed(seed))
        });
        let mut random = [0; RANDOM_BYTES];
        ids.fill_bytes(&mut random);
        random
    }

    /// Counts a read against the function's limits. What the system reads for itself is not the function's.
    pub(super) fn count_read(&mut self, table: &ResolvedTable, bytes: u64) -> Result<(), LimitExceeded> {
        if table.schema.is_system() {
            Ok(())
        } else {
            self.meter.read(bytes)
        }
    }

    pub(super) fn count_entry(&mut self, table: &ResolvedTable) -> Result<(), LimitExceeded> {
        if table.schema.is_system() {
            Ok(())
        } else {
            self.meter.entry()
        }
    }

    fn count_write(&mut self, table: &ResolvedTable, bytes: u64) -> Result<(), LimitExceeded> {
        if table.schema.is_system() {
            Ok(())
        } else {
            self.meter.write(bytes)
        }
    }
}

/// Keeps the name's allocation when the field is there already.
fn set(fields: &mut Object, name: &str, value: Value) {
    match fields.get_mut(name) {
        Some(field) => *field = value,
        None => {
            fields.insert(name, value);
        }
    }
}

fn invalid(table: &ResolvedTable, error: ValueError) -> InvalidDocument {
    InvalidDocument {
        table: table.schema.name,
        error,
    }
}

impl fmt::Debug for Transaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transaction")
            .field("snapshot", &self.snapshot_ts())
            .field("reads", &self.reads)
            .field("writes", &self.writes)
            .finish_non_exhaustive()
    }
}
