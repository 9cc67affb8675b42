//! The log at work: places are given out, and one thread writes and syncs.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use super::super::error::StoreError;
use super::super::health::Health;
use super::super::state::DiskSpace;
use super::super::timestamp::Timestamp;
use super::super::traits::Durable;
use super::queue::{Queue, Queued};
use super::record::Record;
use super::segment::Segment;
use super::space::{Space, Used};
use super::waiters::Waiters;
use crate::sync::{Instant, Mutex};

/// What is written at once at most, in bytes: it is copied into one buffer. A single larger record is written
/// alone.
const MAX_WRITE: usize = 8 << 20;

/// The commit log.
#[derive(Debug)]
pub(crate) struct Log {
    tail: Mutex<Tail>,
    queue: Queue,
    waiters: Waiters,
    pub(super) space: Space,
    /// Only a file system that moves what it overwrites can be full when a prepared segment is written.
    disk: DiskSpace,
    health: Arc<Health>,
}

/// Where the next record goes.
#[derive(Debug)]
pub(super) struct Tail {
    pub(super) segment: Arc<Segment>,
    pub(super) offset: u64,
    /// The last record before `offset`.
    pub(super) last: Timestamp,
    /// Segments before this one, oldest first, each with its last record.
    pub(super) full: Vec<(Used, Timestamp)>,
}

/// Room in the log for one record.
#[derive(Debug)]
pub(crate) struct Place {
    segment: Arc<Segment>,
    offset: u64,
}

impl Log {
    pub(super) fn new(tail: Tail, space: Space, health: Arc<Health>) -> Self {
        let waiters = Waiters::new(tail.last);
        let (tail, queue, disk) = (Mutex::new(tail), Queue::default(), DiskSpace::default());
        Self {
            tail,
            queue,
            waiters,
            space,
            disk,
            health,
        }
    }

    /// Newest commit on disk.
    pub(crate) fn durable(&self) -> Timestamp {
        self.waiters.durable()
    }

    pub(crate) fn when_durable(&self, ts: Timestamp, done: Durable) {
        self.waiters.add(ts, done);
    }

    /// Blocks until `ts` is durable.
    pub(crate) fn wait(&self, ts: Timestamp) -> Result<(), StoreError> {
        self.waiters.wait(ts)
    }

    /// Blocks until `ts` is durable, but not longer than `limit`. False when it is not.
    pub(crate) fn wait_at_most(&self, ts: Timestamp, limit: Duration) -> Result<bool, StoreError> {
        self.waiters.wait_until(ts, Instant::now() + limit)
    }

    /// From now on a full disk ends the log: the store is closing and nobody can wait any longer.
    pub(crate) fn give_up(&self) {
        self.disk.give_up();
    }

    /// Number of the segment that is being filled.
    pub(crate) fn segment(&self) -> u64 {
        self.tail.lock().segment.id.sequence
    }

    /// Finds room for a record, after the one that got the last place. What has a place must be pushed, in
    /// this order.
    pub(crate) fn reserve(&self, record: &Record) -> Result<Place, StoreError> {
        if self.disk.is_full() {
            return Err(StoreError::DiskFull);
        }
        let (mut tail, len) = (self.tail.lock(), record.len() as u64);
        if tail.offset + len > tail.segment.len {
            let next = self.space.take(len)?;
            tail.move_to(next);
        }
        let place = Place {
            segment: Arc::clone(&tail.segment),
            offset: tail.offset,
        };
        tail.offset += len;
        tail.last = record.ts;
        Ok(place)
    }

    pub(crate) fn push(&self, record: Record, place: Place) {
        let Place { segment, offset } = place;
        self.queue.push(Queued {
            record,
            segment,
            offset,
        });
    }

    /// Everything up to `checkpoint` is in the engine, which counts on the segments from `needed` on: those before it
    /// can be used again. A segment may have been filled after the engine was told of it.
    pub(crate) fn release(&self, checkpoint: Timestamp, needed: u64) {
        let mut tail = self.tail.lock();
        let below = tail
            .full
            .partition_point(|(used, last)| *last <= checkpoint && used.sequence < needed);
        let used = tail.full.drain(..below).map(|(used, _)| used).collect();
        drop(tail);
        self.space.recycle(used);
    }

    /// Keeps the next segment ready until [`Self::stop`]. Runs on a thread of its own.
    pub(crate) fn prepare_segments(&self) {
        self.space.run();
    }

    /// Writes what is queued until [`Self::stop`] or an error. Runs on a thread of its own.
    pub(crate) fn run(&self) {
        let error = match self.write_all() {
            Ok(()) => StoreError::Closed,
            // Only after it has given up. A sync that finds no room is another matter.
            Err(_) if self.disk.is_full() => StoreError::Unwritten,
            Err(error) => self
                .health
                .fail(&format!("the commit log cannot be written: {error}")),
        };
        self.end(&error);
    }

    /// Nothing more will become durable.
    pub(crate) fn end(&self, error: &StoreError) {
        self.waiters.end(error);
        self.space.stop();
    }

    /// An error is final. After a failed sync nobody knows what is on disk, and a second sync would not tell.
    fn write_all(&self) -> io::Result<()> {
        let (mut batch, mut buffer) = (Vec::new(), Vec::new());
        while self.queue.take(&mut batch) {
            let mut bytes = 0;
            let groups = batch.chunk_by_mut(|left, right| {
                bytes += left.record.len();
                let together =
                    Arc::ptr_eq(&left.segment, &right.segment) && bytes + right.record.len() <= MAX_WRITE;
                bytes *= usize::from(together);
                together
            });
            for group in groups {
                self.write(group, &mut buffer)?;
            }
            self.seal(batch.last());
            batch.clear();
            buffer.shrink_to(MAX_WRITE);
        }
        Ok(())
    }

    /// One write and one sync for the lot; then everybody who waited for it is told.
    fn write(&self, group: &mut [Queued], buffer: &mut Vec<u8>) -> io::Result<()> {
        let (Some(first), Some(last)) = (group.first(), group.last()) else {
            return Ok(());
        };
        let (segment, offset, ts) = (Arc::clone(&first.segment), first.offset, last.record.ts);
        let durable = self.durable();
        buffer.clear();
        for queued in group {
            buffer.extend_from_slice(queued.record.finish(durable, segment.id));
        }
        self.disk.patiently(|| segment.file.write_at(offset, buffer))?;
        segment.file.sync()?;
        self.waiters.publish(ts);
        Ok(())
    }

    /// With nothing else to do, notes behind the last record that it is on disk. The next record overwrites
    /// it. It is not synced: without it, damage to the last group would look like a write that the crash cut
    /// short.
    fn seal(&self, last: Option<&Queued>) {
        let Some(last) = last.filter(|_| self.queue.is_empty()) else {
            return;
        };
        let mut seal = Record::seal(last.record.ts);
        let offset = last.offset + last.record.len() as u64;
        if offset + seal.len() as u64 <= last.segment.len {
            let _ = last
                .segment
                .file
                .write_at(offset, seal.finish(last.record.ts, last.segment.id));
        }
    }

    /// Lets the threads end once everything queued is written.
    pub(crate) fn stop(&self) {
        self.give_up();
        self.queue.stop();
        self.space.stop();
    }
}

impl Tail {
    fn move_to(&mut self, next: Segment) {
        let old = std::mem::replace(&mut self.segment, Arc::new(next));
        self.full.push((
            Used {
                sequence: old.id.sequence,
                path: old.path.clone(),
                len: old.len,
            },
            self.last,
        ));
        self.offset = super::segment::HEADER;
    }
}
