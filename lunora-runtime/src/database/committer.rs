//! Orders commits: validates what a transaction read, gives it a timestamp and hands it to the store.
//!
//! Everything that can be done before is done before the lock: documents are encoded, writes and reads sorted, and the
//! reads compared with all but the last few commits.

use std::sync::Arc;

use lunora_core::{id::DocumentId, value::Value};

use super::{
    cache::{ReadCache, Touched},
    document::StoredDocument,
    keys,
    lane::Lane,
    reads::{ReadSet, SealedReads},
    transaction::Transaction,
    writes::Write,
};
use crate::{
    store::{Changes, Commit, Key, Store, StoreError, Timestamp},
    sync::since_1970,
};

/// Why a transaction was not committed. Nothing of it is visible.
#[derive(Debug, Clone, thiserror::Error)]
pub enum CommitError {
    /// Something that it read was changed meanwhile: run it again.
    #[error("the transaction read something that another one changed meanwhile")]
    Conflict,
    /// The store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
}

#[derive(Debug)]
pub(super) struct Committer {
    pub(super) store: Arc<dyn Store>,
    pub(super) lane: Lane,
    /// Hears of every commit in their order.
    pub(super) cache: Arc<ReadCache>,
}

/// A transaction that only waits for its timestamp.
struct Prepared {
    snapshot: Timestamp,
    reads: Reads,
    commit: Commit,
    stamps: Vec<Stamp>,
    touched: Touched,
}

/// What it read, in the form in which it is compared with commits.
enum Reads {
    Few(ReadSet),
    Many(SealedReads),
}

impl Reads {
    fn new(reads: ReadSet) -> Self {
        if reads.is_small() {
            Self::Few(reads)
        } else {
            Self::Many(reads.seal())
        }
    }

    fn conflict_with(&self, changes: &Changes) -> bool {
        match self {
            Self::Few(reads) => reads.conflicts_with(changes),
            Self::Many(reads) => reads.conflicts_with(changes),
        }
    }

    fn is_empty(&self) -> bool {
        match self {
            Self::Few(reads) => reads.is_empty(),
            Self::Many(reads) => reads.is_empty(),
        }
    }
}

/// A document that gets the commit timestamp into fields of it.
struct Stamp {
    /// Where it is among the writes.
    position: usize,
    document: StoredDocument,
    fields: Vec<String>,
}

impl Committer {
    /// Returns when the commit is ordered and visible.
    pub(super) fn commit(&self, transaction: Transaction) -> Result<Timestamp, CommitError> {
        if transaction.is_read_only() {
            return Ok(transaction.snapshot_ts());
        }
        let mut prepared = Prepared::new(transaction, &self.cache);
        let checked = self.validate(&prepared.reads, prepared.snapshot)?;
        let _order = self.lane.enter();
        let mut head = self.validate(&prepared.reads, checked)?;
        loop {
            let ts = Timestamp((head.0 + 1).max(now()));
            prepared.stamp(ts);
            match self.store.append(head, &prepared.commit) {
                Ok(()) => {
                    self.tell_cache(head, ts, &mut prepared.touched);
                    return Ok(ts);
                }
                // Another process writes the same data and was faster.
                Err(StoreError::Moved { .. }) => head = self.validate(&prepared.reads, head)?,
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Tells the cache of a commit that followed on `head`, and before it of those of other processes.
    fn tell_cache(&self, head: Timestamp, ts: Timestamp, touched: &mut Touched) {
        let cache = &self.cache;
        if cache.applied() != head {
            let missed = self.store.feed(cache.applied()).unwrap_or_default();
            for changes in missed.iter().take_while(|changes| changes.ts <= head) {
                let mut touched = Touched::default();
                for key in changes.keys() {
                    cache.touch_key(&mut touched, key);
                }
                cache.apply(changes.ts, &mut touched);
            }
        }
        if cache.applied() == head {
            cache.apply(ts, touched);
        } else {
            cache.forget(ts);
        }
    }

    /// Compares `reads` with the commits after `since`; returns the last of them.
    fn validate(&self, reads: &Reads, since: Timestamp) -> Result<Timestamp, CommitError> {
        let head = self.store.ordered();
        if head == since || reads.is_empty() {
            return Ok(head);
        }
        let commits = match self.store.feed(since) {
            // What cannot be compared any more has to count as changed.
            Err(StoreError::TooOld { .. }) => return Err(CommitError::Conflict),
            commits => commits?,
        };
        if commits.iter().any(|commit| reads.conflict_with(commit)) {
            return Err(CommitError::Conflict);
        }
        Ok(commits.last().map_or(since, |commit| commit.ts))
    }
}

impl Prepared {
    fn new(transaction: Transaction, cache: &ReadCache) -> Self {
        let snapshot = transaction.snapshot_ts();
        let touched = touched(&transaction, cache);
        let reads = Reads::new(transaction.reads);
        let (writes, mut documents) = (transaction.writes.into_sorted(), transaction.documents);
        let mut stamps: Vec<Stamp> = Vec::new();
        for (id, field) in transaction.stamps {
            match stamps.iter_mut().find(|stamp| stamp.document.id == id) {
                Some(stamp) => stamp.fields.push(field),
                None => stamps.extend(Stamp::new(&writes, id, documents.remove(id), field)),
            }
        }
        Self {
            snapshot,
            reads,
            commit: Commit {
                ts: Timestamp::ZERO,
                writes,
            },
            stamps,
            touched,
        }
    }

    /// Gives it a timestamp, which is written into the documents that asked for it.
    fn stamp(&mut self, ts: Timestamp) {
        self.commit.ts = ts;
        // Timestamps are below 2^63.
        let value = i64::try_from(ts.0).unwrap_or(i64::MAX);
        for stamp in &mut self.stamps {
            for field in &stamp.fields {
                stamp.document.fields.insert(field.as_str(), Value::Int64(value));
            }
            self.commit.writes[stamp.position].1 = Some(stamp.document.encoded());
        }
    }
}

impl Stamp {
    /// Nothing when the document was deleted again.
    fn new(
        writes: &[(Key, Write)],
        id: DocumentId,
        document: Option<Arc<StoredDocument>>,
        field: String,
    ) -> Option<Self> {
        let key = keys::document_key(id);
        let position = writes.binary_search_by(|(other, _)| (**other).cmp(&key)).ok()?;
        let payload = writes[position].1.clone()?;
        let document = match document {
            Some(document) => Arc::unwrap_or_clone(document),
            // After a rollback. It was encoded a moment ago, so it decodes.
            None => StoredDocument::decode(id, payload).ok()?,
        };
        Some(Self {
            position,
            document,
            fields: vec![field],
        })
    }
}

/// What the transaction touches when it is committed. Known from then on are its documents, but for those that get its
/// timestamp, and its entries of unique indexes.
fn touched(transaction: &Transaction, cache: &ReadCache) -> Touched {
    let mut touched = Touched::default();
    for (key, write) in transaction.writes.iter() {
        let Some(id) = keys::document_id(key).filter(|_| write.is_some()) else {
            if write.is_some() && transaction.tables.is_unique_entry(key) {
                cache.touch_unique_entry(&mut touched, key.clone());
            } else {
                cache.touch_key(&mut touched, key);
            }
            continue;
        };
        let is_stamped = || transaction.stamps.iter().any(|(stamped, _)| *stamped == id);
        if let Some(marked) = transaction.marked.iter().find(|marked| marked.id == id) {
            cache.touch_marked(&mut touched, *marked);
        } else if let Some(document) = transaction.documents.get(id).filter(|_| !is_stamped()) {
            cache.touch_document(&mut touched, Arc::clone(document));
        } else {
            cache.touch_key(&mut touched, key);
        }
    }
    touched
}

/// Nanoseconds since 1970, so that timestamps of different runs never meet.
pub(super) fn now() -> u64 {
    u64::try_from(since_1970().as_nanos())
        .unwrap_or(u64::MAX)
        .min(Timestamp::MAX.0)
}
