//! What both stores are made of: an order of commits, layers in memory, the engine below them, and maybe a
//! log.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::checkpoint::{Checkpoints, Work};
use super::commit::{Changes, Commit};
use super::error::StoreError;
use super::health::Health;
use super::horizon::Horizon;
use super::log::{Log, Record, Waiters};
use super::options::Options;
use super::overlay::Layer;
use super::recent::Recent;
use super::state::{Base, DiskSpace, Generation, Meta, Views};
use super::timestamp::Timestamp;
use super::traits::{Durable, OnFailure, Snapshot};
use crate::sync::{Instant, Mutex};

/// How long closing waits for room on a full disk before it drops what nobody was promised.
pub(crate) const CLOSE_PATIENCE: Duration = if cfg!(test) {
    Duration::from_millis(500)
} else {
    Duration::from_secs(10)
};

/// A store without its threads.
#[derive(Debug)]
pub(crate) struct Engine {
    /// Whoever holds the lock decides which commit is next.
    order: Mutex<Order>,
    ordered: AtomicU64,
    recent: Mutex<Recent>,
    views: Views,
    base: Mutex<Option<Base>>,
    /// Without a log every commit is as durable as it gets at once.
    log: Option<Log>,
    /// Who waits for commits, where there is no log to tell them.
    waiters: Waiters,
    checkpoints: Checkpoints,
    disk: Arc<DiskSpace>,
    health: Arc<Health>,
    store: u64,
    overlay_bytes: usize,
    log_bytes: usize,
}

/// Where the next commit goes.
#[derive(Debug)]
struct Order {
    active: Arc<Layer>,
    horizon: Horizon,
}

/// What a store starts from.
#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) base: Base,
    pub(crate) meta: Meta,
    pub(crate) log: Option<Log>,
    pub(crate) disk: Arc<DiskSpace>,
    pub(crate) health: Arc<Health>,
    /// The commits after the checkpoint.
    pub(crate) active: Arc<Layer>,
    pub(crate) recent: Recent,
    /// The newest of them, or the checkpoint.
    pub(crate) last: Timestamp,
}

impl Engine {
    pub(crate) fn new(parts: Parts, options: &Options) -> Result<Self, StoreError> {
        let Parts {
            base,
            meta,
            log,
            disk,
            health,
            active,
            recent,
            last,
        } = parts;
        let generation = Generation::new(base.view(meta.checkpoint)?, Arc::clone(&active));
        Ok(Self {
            order: Mutex::new(Order {
                active,
                horizon: Horizon::new(options),
            }),
            ordered: AtomicU64::new(last.0),
            recent: Mutex::new(recent),
            views: Views::new(generation, options),
            base: Mutex::new(Some(base)),
            log,
            waiters: Waiters::new(last),
            checkpoints: Checkpoints::default(),
            disk,
            health,
            store: meta.store,
            overlay_bytes: options.overlay_bytes,
            log_bytes: options.log_bytes,
        })
    }

    pub(crate) fn log(&self) -> Option<&Log> {
        self.log.as_ref()
    }

    pub(crate) fn ordered(&self) -> Timestamp {
        Timestamp(self.ordered.load(Ordering::Acquire))
    }

    pub(crate) fn durable(&self) -> Timestamp {
        self.log.as_ref().map_or_else(|| self.ordered(), Log::durable)
    }

    pub(crate) fn snapshot(&self, ts: Timestamp) -> Result<Arc<dyn Snapshot>, StoreError> {
        self.health.check()?;
        if let Some(view) = self.views.cached(ts) {
            return Ok(view);
        }
        // Before the generation is looked up: a layer that holds a commit is in place before the commit is
        // ordered.
        let newest = self.ordered();
        if ts > newest {
            return Err(StoreError::NotYet {
                requested: ts,
                newest,
            });
        }
        self.views.open(ts)
    }

    /// Brings what is ordered into the engine and gives a view of the engine alone: one that kept a layer would keep
    /// all that is added to it. While the disk is full that has to do, though.
    pub(crate) fn frozen(&self) -> Result<Arc<dyn Snapshot>, StoreError> {
        let newest = self.ordered();
        loop {
            self.health.check()?;
            let view = self.views.of_base();
            if view.timestamp() >= newest {
                return Ok(view);
            }
            if self.disk.is_full() {
                return self.snapshot(self.durable());
            }
            self.freeze(&mut self.order.lock().active);
            self.checkpoints.wait_a_moment();
        }
    }

    pub(crate) fn feed(&self, since: Timestamp) -> Result<Vec<Arc<Changes>>, StoreError> {
        self.health.check()?;
        self.recent.lock().since(since)
    }

    pub(crate) fn when_durable(&self, ts: Timestamp, done: Durable) {
        match &self.log {
            Some(log) => log.when_durable(ts, done),
            None => self.waiters.add(ts, done),
        }
    }

    pub(crate) fn on_failure(&self, failed: OnFailure) {
        self.health.watch(failed);
    }

    pub(crate) fn append(&self, after: Timestamp, commit: &Commit) -> Result<(), StoreError> {
        self.follows(after)?;
        commit.check(after)?;
        let record = self.log.as_ref().map(|log| (log, Record::encode(commit, after)));
        let changes = Arc::new(Changes::from(commit));
        self.wait_for_room()?;
        let mut order = self.order.lock();
        self.health.check()?;
        self.follows(after)?;
        // The last step that can fail comes first; nothing is pushed before it can be read, or it could
        // become durable before it is ordered.
        let logged = match record {
            Some((log, record)) => {
                let place = log.reserve(&record);
                // A log that has ended does not say why.
                let place = place.or_else(|error| self.health.check().and(Err(error)))?;
                Some((log, place, record))
            }
            None => None,
        };
        let bytes = order.active.insert(commit);
        self.publish(changes);
        let is_durable = logged.is_none();
        if let Some((log, place, record)) = logged {
            log.push(record, place);
        }
        self.make_room(&mut order, bytes);
        drop(order);
        if is_durable {
            self.waiters.publish(commit.ts);
        }
        Ok(())
    }

    /// Gives up versions that nobody reads any more while the layer fills, and freezes it when it is full. The last commit's
    /// versions take `bytes`.
    fn make_room(&self, order: &mut Order, bytes: usize) {
        if order.horizon.is_due(bytes) {
            let now = Instant::now();
            order.horizon.note(now, self.durable());
            let quarters = order.active.bytes().saturating_mul(4) / self.overlay_bytes.max(1);
            if let Some(ts) = order.horizon.kept_from(now, quarters) {
                self.views.keep_from(ts);
            }
        }
        self.freeze_when_full(&mut order.active);
    }

    fn freeze_when_full(&self, active: &mut Arc<Layer>) {
        if active.bytes() >= self.overlay_bytes || active.logged() >= self.log_bytes {
            self.freeze(active);
        }
    }

    /// What the log brought back may fill memory already.
    pub(crate) fn begin(&self) {
        self.freeze_when_full(&mut self.order.lock().active);
    }

    fn follows(&self, after: Timestamp) -> Result<(), StoreError> {
        let head = self.ordered();
        if head == after {
            Ok(())
        } else {
            Err(StoreError::Moved { head })
        }
    }

    /// Makes a commit the newest one, in the feed and for snapshots at once.
    fn publish(&self, changes: Arc<Changes>) {
        let (mut recent, ts) = (self.recent.lock(), changes.ts);
        recent.push(changes);
        self.ordered.store(ts.0, Ordering::Release);
    }

    /// Waits while memory or the log is full and the engine is still busy with what was full before.
    fn wait_for_room(&self) -> Result<(), StoreError> {
        let is_full = || {
            let (bytes, logged) = self.views.layer_sizes();
            bytes >= 3 * self.overlay_bytes || logged >= 2 * self.log_bytes
        };
        while is_full() && self.checkpoints.is_busy() {
            self.health.check()?;
            if self.disk.is_full() {
                return Err(StoreError::DiskFull);
            }
            self.checkpoints.wait_a_moment();
        }
        Ok(())
    }

    /// Sends the active layer on its way into the engine, unless another one still is.
    fn freeze(&self, active: &mut Arc<Layer>) {
        if active.is_unused() || self.checkpoints.is_busy() {
            return;
        }
        let next = Arc::new(Layer::above(active.last()));
        self.views.freeze(Arc::clone(&next));
        self.checkpoints.begin(std::mem::replace(active, next));
    }

    /// Writes full layers into the engine until [`Self::stop`]. Runs on a thread of its own.
    pub(crate) fn run_checkpoints(&self) {
        loop {
            match self.checkpoints.next() {
                Work::Stop => return,
                Work::Forget => self.forget(),
                Work::Write(layer) => match self.write(&layer) {
                    Ok(()) => {
                        self.forget();
                        self.checkpoints.done();
                    }
                    Err(error) => return self.checkpoints.fail(self.judge(error)),
                },
            }
        }
    }

    fn forget(&self) {
        self.checkpoints.forget_at(self.views.forget());
    }

    fn write(&self, layer: &Layer) -> Result<(), StoreError> {
        let checkpoint = layer.last();
        let mut meta = Meta {
            checkpoint,
            store: self.store,
            segment: 0,
        };
        if let Some(log) = &self.log {
            log.wait(checkpoint)?;
            meta.segment = log.segment();
        }
        // Where it cannot be read it may be damaged, and what the log still holds is needed.
        self.health.check_whole()?;
        let guard = self.base.lock();
        let base = guard.as_ref().ok_or(StoreError::Closed)?;
        base.write(meta, layer.newest())?;
        self.views.checkpointed(base.view(checkpoint)?);
        if let Some(log) = &self.log {
            log.release(checkpoint, meta.segment);
        }
        Ok(())
    }

    /// Ends the store: a thread it cannot do without is gone.
    pub(crate) fn fail(&self, reason: &str) {
        let error = self.health.fail(reason);
        if let Some(log) = &self.log {
            log.end(&error);
        }
        self.waiters.end(&error);
        self.checkpoints.fail(error);
    }

    /// A checkpoint that fails while the store is open ends it: memory can no longer be bounded. All is in
    /// the log.
    fn judge(&self, error: StoreError) -> StoreError {
        match error {
            StoreError::Closed | StoreError::Failed(_) | StoreError::Unwritten => error,
            _ if self.disk.is_full() => StoreError::DiskFull,
            other => self
                .health
                .fail(&format!("a checkpoint cannot be written: {other}")),
        }
    }

    /// The layer to which commits are added.
    #[cfg(test)]
    pub(crate) fn active(&self) -> std::sync::Weak<Layer> {
        Arc::downgrade(&self.order.lock().active)
    }

    /// Brings everything ordered into the engine.
    pub(crate) fn checkpoint(&self) -> Result<(), StoreError> {
        self.checkpoints.wait_idle()?;
        self.freeze(&mut self.order.lock().active);
        self.checkpoints.wait_idle()
    }

    /// Refuses what comes from now on, and brings everything before it to the disk and into the engine.
    pub(crate) fn finish(&self) -> Result<(), StoreError> {
        let order = self.order.lock();
        self.health.close();
        drop(order);
        if let Some(log) = &self.log {
            let newest = self.ordered();
            if !log.wait_at_most(newest, CLOSE_PATIENCE)? {
                // A disk that is only slow still gets its time.
                log.give_up();
                log.wait(newest)?;
            }
        }
        self.health.check_whole()?;
        self.disk.give_up();
        match self.checkpoint() {
            Err(StoreError::DiskFull) => {
                tracing::warn!("the disk is full: the next start reads the log instead of the state");
                Ok(())
            }
            written => written,
        }
    }

    /// Lets the threads end. What is queued for the log is still written.
    pub(crate) fn stop(&self) {
        self.health.close();
        self.disk.give_up();
        if let Some(log) = &self.log {
            log.stop();
        }
        self.waiters.end(&StoreError::Closed);
        self.checkpoints.stop();
    }

    /// Closes the engine. Snapshots that are still held can read only what is in memory from now on.
    pub(crate) fn release(&self) {
        *self.base.lock() = None;
    }
}
