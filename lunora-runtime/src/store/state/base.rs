//! The engine that holds the state as of a checkpoint: redb, one table for the entries and one for what is
//! needed to find the rest in the log.
//!
//! Measured in this place against fjall 3.1, an LSM tree: a million entries of 220 bytes, checkpoints of 122,000
//! of them. fjall writes a checkpoint with 0.4 s of CPU and 60 MB instead of 1.0 s and 266 MB, and takes a third
//! of the room; redb reads a key in 2.3 µs instead of 5.3 and scans two in 2.8 instead of 18.9. Checkpoints run
//! in the background, reads do not.

use std::fmt;
use std::ops::Bound;

use redb::{Database, ReadOnlyTable, ReadableDatabase, StorageBackend, TableDefinition};

use super::super::commit::{Key, Payload};
use super::super::error::StoreError;
use super::super::range::{Direction, KeyRange};
use super::super::timestamp::Timestamp;

const ENTRIES: TableDefinition<'_, &[u8], &[u8]> = TableDefinition::new("entries");
const META: TableDefinition<'_, &str, u64> = TableDefinition::new("meta");

/// What the engine knows about itself and the log above it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Meta {
    /// Everything up to this commit is in the engine.
    pub(crate) checkpoint: Timestamp,
    /// The identity of this store, which its log segments carry as well.
    pub(crate) store: u64,
    /// The log segment that was being written at the checkpoint: it has to be there.
    pub(crate) segment: u64,
}

/// The engine.
#[derive(Debug)]
pub(crate) struct Base {
    database: Database,
}

/// The engine as of one checkpoint.
pub(crate) struct BaseView {
    entries: ReadOnlyTable<&'static [u8], &'static [u8]>,
    pub(crate) checkpoint: Timestamp,
}

impl Base {
    pub(crate) fn open(backend: impl StorageBackend, cache_bytes: usize) -> Result<Self, StoreError> {
        let database = Database::builder()
            .set_cache_size(cache_bytes)
            .create_with_backend(backend)?;
        Ok(Self { database })
    }

    pub(crate) fn meta(&self) -> Result<Meta, StoreError> {
        let table = self.database.begin_read()?.open_table(META)?;
        let field = |name| Ok::<_, StoreError>(table.get(name)?.map_or(0, |value| value.value()));
        let (checkpoint, store, segment) = (
            Timestamp(field("checkpoint")?),
            field("store")?,
            field("segment")?,
        );
        Ok(Meta {
            checkpoint,
            store,
            segment,
        })
    }

    /// Writes a checkpoint: all of it or nothing, on disk when this returns.
    pub(crate) fn write(
        &self,
        meta: Meta,
        changes: impl Iterator<Item = (Key, Option<Payload>)>,
    ) -> Result<(), StoreError> {
        let mut transaction = self.database.begin_write()?;
        // Without it an open after a crash walks the whole database.
        transaction.set_quick_repair(true);
        {
            let mut table = transaction.open_table(META)?;
            table.insert("checkpoint", meta.checkpoint.0)?;
            table.insert("store", meta.store)?;
            table.insert("segment", meta.segment)?;
            let mut entries = transaction.open_table(ENTRIES)?;
            for (key, value) in changes {
                match value {
                    Some(value) => drop(entries.insert(&key[..], &value[..])?),
                    None => drop(entries.remove(&key[..])?),
                }
            }
        }
        Ok(transaction.commit()?)
    }

    /// The engine as it is now, which is as of `checkpoint`.
    pub(crate) fn view(&self, checkpoint: Timestamp) -> Result<BaseView, StoreError> {
        Ok(BaseView {
            entries: self.database.begin_read()?.open_table(ENTRIES)?,
            checkpoint,
        })
    }
}

impl BaseView {
    pub(crate) fn get(&self, key: &[u8]) -> Result<Option<Payload>, StoreError> {
        Ok(self
            .entries
            .get(key)?
            .map(|value| Payload::copy_from_slice(value.value())))
    }

    pub(crate) fn range(&self, range: &KeyRange, direction: Direction) -> Result<BaseRange, StoreError> {
        let end = range.end.as_deref().map_or(Bound::Unbounded, Bound::Excluded);
        let pairs = self
            .entries
            .range::<&[u8]>((Bound::Included(&range.start[..]), end))?;
        Ok(BaseRange { pairs, direction })
    }
}

impl fmt::Debug for BaseView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BaseView")
            .field("checkpoint", &self.checkpoint)
            .finish_non_exhaustive()
    }
}

/// A scan of the engine.
pub(crate) struct BaseRange {
    pairs: redb::Range<'static, &'static [u8], &'static [u8]>,
    direction: Direction,
}

impl Iterator for BaseRange {
    type Item = Result<(Key, Payload), StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        let pair = match self.direction {
            Direction::Ascending => self.pairs.next(),
            Direction::Descending => self.pairs.next_back(),
        };
        Some(pair?.map_err(StoreError::from).map(|(key, value)| {
            (
                Key::copy_from_slice(key.value()),
                Payload::copy_from_slice(value.value()),
            )
        }))
    }
}
