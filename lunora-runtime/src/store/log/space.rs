//! Segments that are ready before they are needed.
//!
//! A commit that was ordered can be seen by others and cannot be taken back, so the room for it must exist
//! before. One segment is always kept ready behind the one being written: zeroed or recycled, with its
//! header, synced. When it cannot be made because the disk is full, commits are refused as soon as the
//! current segment is used up, and accepted again when a later attempt succeeds.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::super::error::StoreError;
use super::super::state::is_full;
use super::files::Files;
use super::segment::{HEADER, Segment, SegmentId};
use crate::sync::{Condvar, Mutex, MutexGuard};

const RETRY: Duration = Duration::from_millis(200);
const MAX_SPARES: usize = 16;

#[derive(Debug)]
pub(super) struct Space {
    dir: PathBuf,
    files: Arc<dyn Files>,
    store: u64,
    segment_bytes: u64,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    ready: Option<Segment>,
    /// Number of the segment after the one that is ready, or of that one while there is none.
    next: u64,
    /// Files of the right size that are not needed any more.
    spares: Vec<PathBuf>,
    /// Why the last attempt did not succeed.
    failure: Option<StoreError>,
    stopped: bool,
}

/// A full segment whose commits are all in the engine.
#[derive(Debug)]
pub(super) struct Used {
    pub(super) sequence: u64,
    pub(super) path: PathBuf,
    pub(super) len: u64,
}

impl Space {
    pub(super) fn new(dir: &Path, files: Arc<dyn Files>, store: u64, segment_bytes: u64, next: u64) -> Self {
        let state = State {
            ready: None,
            next,
            spares: Vec::new(),
            failure: None,
            stopped: false,
        };
        let (state, changed) = (Mutex::new(state), Condvar::new());
        Self {
            dir: dir.to_owned(),
            files,
            store,
            segment_bytes,
            state,
            changed,
        }
    }

    /// Takes over the segment that a former process made ready.
    pub(super) fn set_ready(&self, segment: Segment) {
        let mut state = self.state.lock();
        state.next = segment.id.sequence + 1;
        state.ready = Some(segment);
    }

    /// Keeps segments ready until [`Self::stop`]. Runs on a thread of its own.
    pub(super) fn run(&self) {
        let mut state = self.state.lock();
        while !state.stopped {
            if state.ready.is_some() {
                self.changed.wait(&mut state);
            } else if self.refill(&mut state).is_err() {
                self.changed.wait_for(&mut state, RETRY);
            }
        }
    }

    /// Makes the next segment, without holding the lock meanwhile.
    fn refill(&self, state: &mut MutexGuard<'_, State>) -> Result<(), ()> {
        let (spare, next) = (state.spares.pop(), state.next);
        let made = MutexGuard::unlocked(state, || self.make(spare.as_deref(), next));
        let outcome = made.map(|segment| {
            state.ready = Some(segment);
            state.next = next + 1;
        });
        state.failure = outcome.err();
        self.changed.notify_all();
        state.failure.as_ref().map_or(Ok(()), |_| Err(()))
    }

    /// The next segment, with room for a record of `bytes` bytes.
    pub(super) fn take(&self, bytes: u64) -> Result<Segment, StoreError> {
        let mut state = self.state.lock();
        loop {
            if let Some(segment) = state.ready.take() {
                let segment = self.grow(segment, HEADER + bytes, &mut state);
                self.changed.notify_all();
                return segment;
            }
            if state.stopped {
                return Err(StoreError::Closed);
            }
            if let Some(failure) = &state.failure {
                return Err(failure.clone());
            }
            self.changed.wait(&mut state);
        }
    }

    /// A record that does not fit gets a segment of its own size.
    fn grow(&self, mut segment: Segment, len: u64, state: &mut State) -> Result<Segment, StoreError> {
        if segment.len >= len {
            return Ok(segment);
        }
        let grown = segment
            .file
            .zero(segment.len, len)
            .and_then(|()| segment.file.sync());
        if let Err(error) = grown {
            // What could not be used must not keep the last room on the disk.
            let _ = self.files.remove(&segment.path);
            state.next = segment.id.sequence;
            return Err(refusal(error, &segment.path));
        }
        segment.len = len;
        Ok(segment)
    }

    /// The first segment of a new log.
    pub(super) fn make_first(&self) -> Result<Segment, StoreError> {
        let (sequence, unfinished) = (self.state.lock().next, self.unfinished());
        let made = self.try_make(None, sequence, &unfinished);
        // Whoever opens the store is to hear what the system says, also of a full disk.
        let segment = made.map_err(|error| {
            let _ = self.files.remove(&unfinished);
            StoreError::io("write", &unfinished)(error)
        })?;
        self.state.lock().next = sequence + 1;
        Ok(segment)
    }

    /// Makes segment `sequence`, out of `spare` when there is one. It gets its name last: what has the name
    /// is whole.
    fn make(&self, spare: Option<&Path>, sequence: u64) -> Result<Segment, StoreError> {
        let unfinished = self.unfinished();
        self.try_make(spare, sequence, &unfinished).map_err(|error| {
            let _ = self.files.remove(&unfinished);
            refusal(error, &unfinished)
        })
    }

    fn unfinished(&self) -> PathBuf {
        self.dir.join("next.tmp")
    }

    fn try_make(&self, spare: Option<&Path>, sequence: u64, unfinished: &Path) -> io::Result<Segment> {
        let id = SegmentId {
            store: self.store,
            sequence,
        };
        let file = if let Some(spare) = spare {
            self.files.rename(spare, unfinished)?;
            // Under its old name it would be found with a header that does not belong there.
            self.files.sync_dir(&self.dir)?;
            self.files.open(unfinished)?
        } else {
            let file = self.files.create(unfinished)?;
            file.zero(0, self.segment_bytes)?;
            file
        };
        file.write_at(0, &id.header(self.segment_bytes))?;
        file.sync()?;
        let path = id.path(&self.dir);
        self.files.rename(unfinished, &path)?;
        self.files.sync_dir(&self.dir)?;
        Ok(Segment {
            id,
            path,
            len: self.segment_bytes,
            file,
        })
    }

    /// Takes back segments that are in the engine, oldest first, so that a crash in between leaves no gap.
    pub(super) fn recycle(&self, used: Vec<Used>) {
        for Used { path, len, .. } in used {
            let room = self.state.lock().spares.len() < MAX_SPARES;
            let spare = path.with_extension("spare");
            let kept = len == self.segment_bytes && room && self.files.rename(&path, &spare).is_ok();
            if kept {
                self.add_spare(spare);
            } else if let Err(error) = self.files.remove(&path) {
                tracing::warn!(%error, path = %path.display(), "cannot remove a log segment that is not needed any more");
            }
        }
    }

    pub(super) fn add_spare(&self, path: PathBuf) {
        self.state.lock().spares.push(path);
    }

    pub(super) fn stop(&self) {
        self.state.lock().stopped = true;
        self.changed.notify_all();
    }
}

fn refusal(error: io::Error, path: &Path) -> StoreError {
    if is_full(&error) {
        StoreError::DiskFull
    } else {
        StoreError::io("prepare the log segment", path)(error)
    }
}
