//! What was read or written lately, decoded: documents, the entries of unique indexes, and of documents that are written
//! over and over and hardly ever looked into no more than a mark.
//!
//! Everything here is as of the newest commit that the cache has heard of. An entry says since when it holds, and holds
//! until a commit touches its key; so it answers a reader whose snapshot lies between the two. Readers of older
//! snapshots, and of commits that the cache has not heard of yet, go to the store.
//!
//! A reader that fetches something from the store may bring it here. Meanwhile a commit may have changed it; so each
//! shard knows the last commit that touched it, and takes nothing from a snapshot before that.

use std::{
    collections::{HashMap, VecDeque},
    fmt,
    hash::{BuildHasher, BuildHasherDefault, Hasher},
    mem,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use lunora_core::id::DocumentId;
use parking_lot::Mutex;
use smallvec::SmallVec;

use super::{document::StoredDocument, keys};
use crate::store::{Key, Timestamp};

/// So many that a commit seldom touches the shard of something that is being brought in.
const SHARDS: usize = 512;

/// What a slot takes: its places in the map, of which a third is empty, and in the ring.
const SLOT_BYTES: usize = 120;

/// What the objects around a document take.
const DOCUMENT_BYTES: usize = 72;

/// What a decoded document takes for each byte of its stored form, roughly: fields are small, and each has a name.
const DECODED: usize = 4;

/// A cache of documents and entries, bounded in bytes.
///
/// Slots are found by the hash of a key alone. What is in one says whose it is; of two keys with one hash the later has
/// the slot.
pub(super) struct ReadCache {
    shards: Box<[Mutex<Shard>]>,
    hash: foldhash::quality::RandomState,
    /// All commits up to this one have been applied.
    applied: AtomicU64,
}

#[derive(Default)]
struct Shard {
    slots: HashMap<u64, Slot, BuildHasherDefault<AsItIs>>,
    /// The hashes of all slots, in the order in which they are looked at when room is needed.
    ring: VecDeque<u64>,
    bytes: usize,
    max_bytes: usize,
    /// The last commit that touched a key of this shard.
    touched: Timestamp,
}

struct Slot {
    since: Timestamp,
    known: Known,
    /// Asked for since it was last looked at for room.
    used: bool,
}

/// What is known of a key.
#[derive(Clone, Default)]
enum Known {
    /// Nothing any more. The slot stays until room is needed.
    #[default]
    Nothing,
    Document(Arc<StoredDocument>),
    /// The one entry of a unique index that begins with the key.
    Entry(Key),
    /// A document that nobody will look into again soon.
    Marked(Marked),
}

/// What is kept of a document that is written over and over, and looked into hardly ever.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Marked {
    pub(crate) id: DocumentId,
    /// What the transaction marked it with that wrote it last.
    pub(crate) mark: u32,
    pub(crate) creation_time: f64,
}

/// What a commit touches, and what is known of it from then on. Made before commits wait for each other; afterwards it
/// holds what was known before, so that nobody waits while that is freed.
#[derive(Default)]
pub(super) struct Touched(SmallVec<[(u64, Known); 4]>);

impl ReadCache {
    /// A cache of at most `bytes`, for a store whose newest commit is `newest`.
    pub(super) fn new(bytes: usize, newest: Timestamp) -> Self {
        let shard = || Shard {
            max_bytes: bytes / SHARDS,
            touched: newest,
            ..Shard::default()
        };
        Self {
            shards: (0..SHARDS).map(|_| Mutex::new(shard())).collect(),
            hash: foldhash::quality::RandomState::default(),
            applied: AtomicU64::new(newest.0),
        }
    }

    /// The document as of `at`, if it is here.
    pub(super) fn document(&self, id: DocumentId, at: Timestamp) -> Option<Arc<StoredDocument>> {
        match self.known(&keys::document_key(id), at)? {
            Known::Document(document) => Some(document).filter(|document| document.id == id),
            _ => None,
        }
    }

    /// What is kept of a marked document as of `at`, if it is here.
    pub(super) fn marked(&self, id: DocumentId, at: Timestamp) -> Option<Marked> {
        match self.known(&keys::document_key(id), at)? {
            Known::Marked(marked) => Some(marked).filter(|marked| marked.id == id),
            _ => None,
        }
    }

    /// The only entry of a unique index that begins with `prefix`, as of `at`, if it is here.
    pub(super) fn unique_entry(&self, prefix: &[u8], at: Timestamp) -> Option<Key> {
        match self.known(prefix, at)? {
            Known::Entry(entry) => Some(entry).filter(|entry| keys::entry_values(entry) == prefix),
            _ => None,
        }
    }

    /// Brings in a document that was read at `at`.
    pub(super) fn keep_document(&self, document: &Arc<StoredDocument>, at: Timestamp) {
        let key = keys::document_key(document.id);
        self.keep(&key, Known::Document(Arc::clone(document)), at);
    }

    /// Brings in an entry that was read at `at` and was the only one with this prefix.
    pub(super) fn keep_unique_entry(&self, prefix: &[u8], entry: Key, at: Timestamp) {
        self.keep(prefix, Known::Entry(entry), at);
    }

    fn known(&self, key: &[u8], at: Timestamp) -> Option<Known> {
        if at.0 > self.applied.load(Ordering::Acquire) {
            return None;
        }
        let hash = self.hash.hash_one(key);
        let mut shard = self.shard(hash).lock();
        let slot = shard.slots.get_mut(&hash).filter(|slot| slot.since <= at)?;
        // What is only read stays in the caches of all processors.
        if !slot.used {
            slot.used = true;
        }
        Some(slot.known.clone())
    }

    fn keep(&self, key: &[u8], mut known: Known, at: Timestamp) {
        let hash = self.hash.hash_one(key);
        let mut shard = self.shard(hash).lock();
        // What is newer than `at` either has touched the shard, if it changed anything here, or will.
        if shard.touched <= at && at.0 <= self.applied.load(Ordering::Acquire) {
            shard.put(hash, &mut known, at);
        }
    }

    /// Adds a document that a commit stores.
    pub(super) fn touch_document(&self, touched: &mut Touched, document: Arc<StoredDocument>) {
        let hash = self.hash.hash_one(&keys::document_key(document.id)[..]);
        touched.0.push((hash, Known::Document(document)));
    }

    /// Adds a document that a commit stores, of which no more is to be kept than that.
    pub(super) fn touch_marked(&self, touched: &mut Touched, marked: Marked) {
        let hash = self.hash.hash_one(&keys::document_key(marked.id)[..]);
        touched.0.push((hash, Known::Marked(marked)));
    }

    /// Adds an entry of a unique index that a commit stores.
    pub(super) fn touch_unique_entry(&self, touched: &mut Touched, entry: Key) {
        let hash = self.hash.hash_one(keys::entry_values(&entry));
        touched.0.push((hash, Known::Entry(entry)));
    }

    /// Adds something else that a commit writes or deletes.
    pub(super) fn touch_key(&self, touched: &mut Touched, key: &[u8]) {
        let is_document = keys::document_id(key).is_some();
        let key = if is_document { key } else { keys::entry_values(key) };
        touched.0.push((self.hash.hash_one(key), Known::Nothing));
    }

    /// Takes in what the commit touches that follows on [`Self::applied`]. One at a time.
    pub(super) fn apply(&self, ts: Timestamp, touched: &mut Touched) {
        for (hash, known) in &mut touched.0 {
            self.shard(*hash).lock().touch(*hash, known, ts);
        }
        self.applied.store(ts.0, Ordering::Release);
    }

    /// All commits up to this one have been applied.
    pub(super) fn applied(&self) -> Timestamp {
        Timestamp(self.applied.load(Ordering::Acquire))
    }

    /// Forgets everything: what was changed up to `newest` is not known.
    pub(super) fn forget(&self, newest: Timestamp) {
        for shard in &*self.shards {
            let mut shard = shard.lock();
            *shard = Shard {
                max_bytes: shard.max_bytes,
                touched: newest,
                ..Shard::default()
            };
        }
        self.applied.store(newest.0, Ordering::Release);
    }

    /// What its content takes.
    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        self.shards.iter().map(|shard| shard.lock().bytes).sum()
    }

    /// By bits that the map of a shard does not look at first.
    fn shard(&self, hash: u64) -> &Mutex<Shard> {
        &self.shards[usize::try_from(hash >> 32).unwrap_or(0) % SHARDS]
    }
}

impl Shard {
    /// A commit changed what is known of a key. What nobody asked for is not brought in, except what is at hand.
    /// Leaves in `known` what was known before.
    fn touch(&mut self, hash: u64, known: &mut Known, ts: Timestamp) {
        self.touched = ts;
        self.put(hash, known, ts);
    }

    fn put(&mut self, hash: u64, known: &mut Known, since: Timestamp) {
        let bytes = known.bytes();
        if let Some(slot) = self.slots.get_mut(&hash) {
            mem::swap(&mut slot.known, known);
            slot.since = since;
            self.bytes = self.bytes + bytes - known.bytes();
        } else if !matches!(known, Known::Nothing) {
            let (known, used) = (mem::take(known), false);
            self.bytes += bytes + SLOT_BYTES;
            self.ring.push_back(hash);
            self.slots.insert(hash, Slot { since, known, used });
        }
        self.make_room();
    }

    /// Gives up what was not asked for since it was looked at last ("clock", Corbató 1968).
    fn make_room(&mut self) {
        while self.bytes > self.max_bytes {
            let Some(hash) = self.ring.pop_front() else { return };
            let used = self
                .slots
                .get_mut(&hash)
                .is_some_and(|slot| mem::take(&mut slot.used));
            if used {
                self.ring.push_back(hash);
            } else {
                self.remove(hash);
            }
        }
    }

    fn remove(&mut self, hash: u64) {
        if let Some(slot) = self.slots.remove(&hash) {
            self.bytes -= slot.known.bytes() + SLOT_BYTES;
        }
    }
}

/// The hash of a number that is one.
#[derive(Default)]
struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = bytes
            .iter()
            .fold(self.0, |hash, byte| hash.rotate_left(8) ^ u64::from(*byte));
    }
}

impl Known {
    /// What it takes in memory beside its slot, roughly.
    fn bytes(&self) -> usize {
        match self {
            Self::Nothing | Self::Marked(_) => 0,
            Self::Document(document) => DOCUMENT_BYTES + DECODED * document.payload.len(),
            Self::Entry(entry) => entry.len(),
        }
    }
}

impl fmt::Debug for ReadCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadCache")
            .field("applied", &self.applied())
            .finish_non_exhaustive()
    }
}
