//! What was read or written lately, decoded: documents, and the entries of unique indexes.
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

use super::{document::StoredDocument, keys, writes::Write};
use crate::store::{Key, Timestamp};

/// So many that a commit seldom touches the shard of something that is being brought in.
const SHARDS: usize = 512;

/// What an entry takes beside its content: its places in the map and the ring, and the objects around a document.
const ENTRY_BYTES: usize = 192;

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
#[derive(Clone)]
enum Known {
    /// Nothing any more. The slot stays until room is needed.
    Nothing,
    Document(Arc<StoredDocument>),
    /// The one entry of a unique index that begins with the key.
    Entry(Key),
}

/// What a commit makes known: for some of its writes, by their position, what they write in the form in which it is kept.
#[derive(Default)]
pub(super) struct Fresh(Vec<(usize, Known)>);

impl Fresh {
    /// The document that the write at `position` stores. Call it in the order of positions.
    pub(super) fn document(&mut self, position: usize, document: Arc<StoredDocument>) {
        self.0.push((position, Known::Document(document)));
    }

    /// The entry of a unique index that the write at `position` adds. Call it in the order of positions.
    pub(super) fn unique_entry(&mut self, position: usize, entry: Key) {
        self.0.push((position, Known::Entry(entry)));
    }
}

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
            Known::Entry(_) | Known::Nothing => None,
        }
    }

    /// The only entry of a unique index that begins with `prefix`, as of `at`, if it is here.
    pub(super) fn unique_entry(&self, prefix: &[u8], at: Timestamp) -> Option<Key> {
        match self.known(prefix, at)? {
            Known::Entry(entry) => Some(entry).filter(|entry| keys::entry_values(entry) == prefix),
            Known::Document(_) | Known::Nothing => None,
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

    fn keep(&self, key: &[u8], known: Known, at: Timestamp) {
        let hash = self.hash.hash_one(key);
        let mut shard = self.shard(hash).lock();
        // What is newer than `at` either has touched the shard, if it changed anything here, or will.
        if shard.touched <= at && at.0 <= self.applied.load(Ordering::Acquire) {
            shard.put(hash, known, at);
        }
    }

    /// Takes in the commit that follows on [`Self::applied`]. One at a time.
    pub(super) fn apply(&self, ts: Timestamp, writes: &[(Key, Write)], fresh: &Fresh) {
        let mut fresh = fresh.0.iter().peekable();
        for (position, (key, _)) in writes.iter().enumerate() {
            let is_document = keys::document_id(key).is_some();
            let key = if is_document {
                &key[..]
            } else {
                keys::entry_values(key)
            };
            let known = fresh.next_if(|(at, _)| *at == position);
            let known = known.map_or(Known::Nothing, |(_, known)| known.clone());
            let hash = self.hash.hash_one(key);
            self.shard(hash).lock().touch(hash, known, ts);
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
    fn touch(&mut self, hash: u64, known: Known, ts: Timestamp) {
        self.touched = ts;
        if !matches!(known, Known::Nothing) || self.slots.contains_key(&hash) {
            self.put(hash, known, ts);
        }
    }

    fn put(&mut self, hash: u64, known: Known, since: Timestamp) {
        let bytes = known.bytes();
        if let Some(slot) = self.slots.get_mut(&hash) {
            let before = mem::replace(&mut slot.known, known).bytes();
            slot.since = since;
            self.bytes = self.bytes + bytes - before;
        } else {
            let used = false;
            self.bytes += bytes + ENTRY_BYTES;
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
            self.bytes -= slot.known.bytes() + ENTRY_BYTES;
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
            Self::Nothing => 0,
            Self::Document(document) => DECODED * document.payload.len(),
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
