//! Opening a log.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::path::Path;
use std::sync::Arc;

use super::super::super::commit::Commit;
use super::super::super::error::StoreError;
use super::super::super::health::Health;
use super::super::super::state::Meta;
use super::super::super::timestamp::Timestamp;
use super::super::files::Files;
use super::super::segment::SegmentId;
use super::super::writer::Log;
use super::found::Found;
use super::listing::Listing;

/// An opened log.
#[derive(Debug)]
pub(crate) struct Recovered {
    pub(crate) log: Log,
    /// The newest commit there is.
    pub(crate) last: Timestamp,
    /// How much of the log was read.
    pub(crate) bytes: u64,
    /// What the engine has to remember about this log.
    pub(crate) meta: Meta,
}

/// Opens the log in `dir`, or makes a new one, and gives `replay` every commit after the checkpoint of
/// `meta`.
pub(crate) fn recover(
    dir: &Path,
    files: &Arc<dyn Files>,
    segment_bytes: u64,
    meta: Option<Meta>,
    health: Arc<Health>,
    replay: &mut dyn FnMut(Commit),
) -> Result<Recovered, StoreError> {
    let listing = Listing::read(dir, files)?;
    let checkpoint = meta.map_or(Timestamp::ZERO, |meta| meta.checkpoint);
    // Without an engine everything has to be in the log, from its first segment on.
    let all = (!listing.segments.is_empty()).then_some(1);
    let required = meta.map(|meta| meta.segment).or(all);
    if let Some(missing) = required.filter(|required| !listing.segments.contains_key(required)) {
        let file = SegmentId {
            store: 0,
            sequence: missing,
        }
        .path(dir);
        return Err(StoreError::Damaged {
            file,
            offset: 0,
            reason: "this segment of the commit log is missing",
        });
    }
    let found = Found::read(&listing, files, meta, checkpoint, replay)?;
    listing.finish_removal(files)?;
    let store = found.store.or(meta.map(|meta| meta.store)).unwrap_or_else(random);
    let (last, bytes) = (found.last, found.bytes);
    let (tail, space) = found.reopen(dir, files, store, segment_bytes)?;
    listing
        .spares(files, segment_bytes)
        .for_each(|path| space.add_spare(path));
    let meta = Meta {
        checkpoint,
        store,
        segment: tail.segment.id.sequence,
    };
    Ok(Recovered {
        log: Log::new(tail, space, health),
        last,
        bytes,
        meta,
    })
}

/// The standard library has one source of randomness, and it is enough to tell two stores apart.
fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}
