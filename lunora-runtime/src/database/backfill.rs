//! Builds and removes indexes in batches, each a commit of its own, so that neither memory nor a commit grows with the
//! table.

use std::sync::Arc;

use lunora_core::{error::Result, id::DocumentId, limits::Limits};

use super::{
    cache::ReadCache,
    committer::{CommitError, Committer},
    cursor::CursorKey,
    document::StoredDocument,
    error::{CorruptDocument, CorruptReason},
    index::Index,
    keys,
    open::{OpenError, Report},
    overlay::{Overlay, beyond},
    progress::{Progress, Step},
    schema::TableSchema,
    tables::Tables,
    transaction::{Transaction, TransactionOptions},
};
use crate::store::{Direction, Key, KeyRange, Snapshot, Timestamp};

/// A batch ends after this many documents or bytes of them, whichever comes first.
pub(super) const BATCH: (usize, usize) = (1000, 4 << 20);
/// How often a batch is tried again when another process writes to the same table.
const ATTEMPTS: u32 = 100;

/// Adds an entry for every document and looks for duplicates.
pub(super) fn build(
    committer: &Committer,
    table: &TableSchema,
    index: Index,
    report: Report<'_>,
) -> Result<(), OpenError> {
    let total = count(committer, table)?;
    let mut rest = Some(keys::documents(table.tag));
    let mut done = 0;
    while let Some(range) = rest {
        let batch = commit(committer, |transaction| {
            build_batch(transaction, table, index, range.clone())
        })?;
        done += batch.documents;
        rest = batch.last.map(|last| beyond(&range, &last, Direction::Ascending));
        report(Progress {
            table: table.name,
            step: Step::Build(index.spec.name),
            done,
            total,
        });
    }
    if index.spec.unique {
        refuse_duplicates(committer, table, index)
    } else {
        Ok(())
    }
}

/// How far a batch came.
struct Batch {
    documents: u64,
    /// Where the next one goes on; `None` when there is nothing left.
    last: Option<Key>,
}

fn build_batch(
    transaction: &mut Transaction,
    table: &TableSchema,
    index: Index,
    range: KeyRange,
) -> Result<Batch> {
    let mut documents = Overlay::new(transaction, range, Direction::Ascending);
    let mut batch = Batch {
        documents: 0,
        last: None,
    };
    let mut bytes = 0;
    while batch.documents < BATCH.0 as u64 && bytes < BATCH.1 {
        let Some((key, payload)) = documents.next(transaction)? else {
            return Ok(Batch { last: None, ..batch });
        };
        bytes += payload.len();
        let document = decode(table, &key, payload)?;
        transaction
            .writes
            .put(index.entry(&document), Some(Key::default()));
        batch = Batch {
            documents: batch.documents + 1,
            last: Some(key),
        };
    }
    Ok(batch)
}

/// A document from its key and its stored bytes.
pub(super) fn decode(
    table: &TableSchema,
    key: &Key,
    payload: Key,
) -> Result<StoredDocument, CorruptDocument> {
    let nobody = DocumentId {
        table: table.tag,
        random: [0; 16],
    };
    let id = keys::document_id(key).unwrap_or(nobody);
    StoredDocument::decode(id, payload).map_err(|reason| CorruptDocument {
        table: table.name,
        id,
        reason,
    })
}

pub(super) fn count(committer: &Committer, table: &TableSchema) -> Result<u64, OpenError> {
    let snapshot = newest(committer)?;
    let entries = snapshot.range(Index::by_creation_time(table.tag).all(), Direction::Ascending);
    let mut count = 0;
    for entry in entries {
        entry?;
        count += 1;
    }
    Ok(count)
}

/// Two documents with the same values are neighbours in the index.
pub(super) fn refuse_duplicates(
    committer: &Committer,
    table: &TableSchema,
    index: Index,
) -> Result<(), OpenError> {
    let snapshot = newest(committer)?;
    let id_of = |entry: &Key| {
        let nobody = DocumentId {
            table: table.tag,
            random: [0; 16],
        };
        let reason = CorruptReason::Entry(index.spec.name);
        index.id_of(entry).ok_or(CorruptDocument {
            table: table.name,
            id: nobody,
            reason,
        })
    };
    let mut before: Option<Key> = None;
    for pair in snapshot.range(index.all(), Direction::Ascending) {
        let (entry, _) = pair?;
        if let Some(before) = before.filter(|before| keys::entry_values(before) == keys::entry_values(&entry))
        {
            return Err(OpenError::Duplicate {
                table: table.name,
                index: index.spec.name,
                first: id_of(&before)?,
                second: id_of(&entry)?,
            });
        }
        before = Some(entry);
    }
    Ok(())
}

/// Removes all entries of an index.
pub(super) fn remove(
    committer: &Committer,
    table: &str,
    index: &str,
    number: u32,
    report: Report<'_>,
) -> Result<(), OpenError> {
    let tag = lunora_core::id::TableTag::of(table);
    let range = KeyRange::prefix(&keys::index_prefix(tag, number));
    let mut done = 0;
    loop {
        let removed = commit(committer, |transaction| remove_batch(transaction, range.clone()))?;
        if removed == 0 {
            return Ok(());
        }
        done += removed;
        report(Progress {
            table,
            step: Step::Drop(index),
            done,
            total: done,
        });
    }
}

fn remove_batch(transaction: &mut Transaction, range: KeyRange) -> Result<u64> {
    let mut entries = Overlay::new(transaction, range, Direction::Ascending);
    let mut removed = 0;
    while removed < BATCH.0 as u64
        && let Some((entry, _)) = entries.next(transaction)?
    {
        transaction.writes.put(entry, None);
        removed += 1;
    }
    Ok(removed)
}

pub(super) fn newest(committer: &Committer) -> Result<Arc<dyn Snapshot>, OpenError> {
    Ok(committer.store.snapshot(committer.store.ordered())?)
}

/// Runs `work` in a transaction on keys, again when another process was faster.
pub(super) fn commit<T>(
    committer: &Committer,
    mut work: impl FnMut(&mut Transaction) -> Result<T>,
) -> Result<T, OpenError> {
    let mut attempts = 0;
    loop {
        let mut transaction = on_keys(newest(committer)?);
        let outcome = work(&mut transaction)?;
        attempts += 1;
        match committer.commit(transaction) {
            Ok(_) => return Ok(outcome),
            Err(CommitError::Conflict) if attempts < ATTEMPTS => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// A transaction that knows no tables.
fn on_keys(snapshot: Arc<dyn Snapshot>) -> Transaction {
    let options = TransactionOptions {
        limits: Limits::default(),
        deadline: None,
        now_ms: 0.0,
        seed: [0; 32],
        binding: [0; 32],
    };
    Transaction::new(
        Arc::new(Tables::default()),
        Arc::new(CursorKey::new([0; 32])),
        snapshot,
        Arc::new(ReadCache::new(0, Timestamp::MAX)),
        Arc::default(),
        options,
    )
}
