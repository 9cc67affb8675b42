//! The store on this machine's disk.

use std::path::Path;
use std::sync::Arc;

use super::commit::Changes;
use super::delegate;
use super::directories::make_dirs;
use super::engine::{Engine, Parts};
use super::error::StoreError;
use super::foreign::refuse_foreign;
use super::health::Health;
use super::lock::DirLock;
use super::log::{Disk, Files, recover};
use super::options::Options;
use super::overlay::Layer;
use super::recent::Recent;
use super::replacement::settle;
use super::state::{Base, DiskSpace, Meta, Patient};
use super::threads::Running;
use super::timestamp::Timestamp;
use super::traits::Store;

/// A store in a directory: a commit log, and below it an engine that holds the state as of a checkpoint.
///
/// One process at a time. Dropping it without [`close`](super::Store::close) loses nothing that was ordered,
/// but the next start has to replay the log.
///
/// ```
/// use lunora_runtime::store::{Commit, Embedded, Options, Store, Timestamp};
/// # let dir = tempfile::tempdir().unwrap();
/// # let options = Options { segment_bytes: 1 << 16, ..Options::default() };
/// let store = Embedded::open(dir.path(), options)?;
/// let writes = vec![("key".into(), Some("value".into()))];
/// store.append(store.ordered(), &Commit { ts: Timestamp(1), writes })?;
/// assert_eq!(store.snapshot(Timestamp(1))?.get(b"key")?.as_deref(), Some(&b"value"[..]));
/// store.close()?;
/// # Ok::<_, lunora_runtime::store::StoreError>(())
/// ```
#[derive(Debug)]
pub struct Embedded {
    running: Running,
    recovery: Recovery,
}

/// The file of the engine.
const STATE: &str = "state.redb";

/// What a store consists of, whole or half made.
const OURS: [&str; 6] = ["lock", "log", "next", "ready", STATE, "state.tmp"];

/// Bytes of the smallest segments. In tests a few commits fill one.
const LEAST_SEGMENT: usize = if cfg!(test) { 1 << 10 } else { 1 << 12 };

/// What an opening had to read of the log: what was written since the last checkpoint, however much data there is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Recovery {
    /// Commits after the checkpoint, which were brought back into memory. None after a clean end.
    pub replayed: u64,
    /// Bytes of the log that were read: those commits, and the segments that are open or ready.
    pub log_bytes: u64,
}

impl Store for Embedded {
    delegate!((running.engine): ordered, durable, snapshot, frozen, append, when_durable, on_failure, feed);
    delegate!((running): close);
}

impl Embedded {
    /// Opens the store in `dir`, or makes a new one.
    ///
    /// [`StoreError::Locked`] when another process has it open, [`StoreError::Damaged`] when something
    /// acknowledged would be missing, [`StoreError::DamagedState`] when the engine's file cannot be read,
    /// [`StoreError::Foreign`] when the directory is in use for something else, [`StoreError::Io`] when the disk is full
    /// or read-only.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "a caller writes them where it opens, and keeps none"
    )]
    pub fn open(dir: &Path, options: Options) -> Result<Self, StoreError> {
        Self::refuse_foreign(dir)?;
        Self::open_on(dir, &options, &(Arc::new(Disk) as Arc<dyn Files>))
    }

    /// Refuses a directory that is in use for something else.
    pub(super) fn refuse_foreign(dir: &Path) -> Result<(), StoreError> {
        refuse_foreign(dir, &OURS)
    }

    pub(crate) fn open_on(dir: &Path, options: &Options, files: &Arc<dyn Files>) -> Result<Self, StoreError> {
        let (log_dir, make_dir) = (dir.join("log"), |dir: &Path| files.make_dir(dir));
        // The engine is made last: where it is, the name of the directory is on disk.
        if !files.exists(&dir.join(STATE)) {
            make_dirs(dir, &**files, make_dir)?;
        }
        make_dir(&log_dir).map_err(StoreError::io("create", &log_dir))?;
        let lock = files.lock(dir)?;
        settle(dir, files)?;
        Self::start(open_parts(dir, &log_dir, options, files)?, options, lock)
    }

    fn start(
        (parts, recovery): (Parts, Recovery),
        options: &Options,
        lock: Option<DirLock>,
    ) -> Result<Self, StoreError> {
        parts.disk.be_patient();
        let running = Running::start(Engine::new(parts, options)?, lock)?;
        tracing::debug!(recovery.replayed, recovery.log_bytes, "the store is open");
        Ok(Self { running, recovery })
    }

    /// What opening it took.
    pub fn recovery(&self) -> Recovery {
        self.recovery
    }

    /// Ends it without a checkpoint, and waits for no room: nobody is going to open it again.
    pub(super) fn abandon(&self) {
        self.running.end();
    }

    /// Takes over the claim to the directory, which otherwise ends when the store is closed.
    pub(crate) fn claim(&self) -> Option<DirLock> {
        self.running.claim()
    }

    #[cfg(test)]
    pub(crate) fn log(&self) -> Option<&super::log::Log> {
        self.running.engine.log()
    }

    /// Brings everything ordered into the engine, as a full overlay would.
    #[cfg(test)]
    pub(crate) fn checkpoint(&self) -> Result<(), StoreError> {
        self.running.engine.checkpoint()
    }
}

fn open_parts(
    dir: &Path,
    log_dir: &Path,
    options: &Options,
    files: &Arc<dyn Files>,
) -> Result<(Parts, Recovery), StoreError> {
    let bases = Bases {
        options,
        files,
        disk: Arc::new(DiskSpace::impatient()),
        health: Arc::default(),
    };
    let path = dir.join(STATE);
    // What a process that was killed had named may be on no disk yet, and counts from here on.
    [log_dir, dir]
        .into_iter()
        .try_for_each(|dir| files.sync_dir(dir).map_err(StoreError::io("sync", dir)))?;
    let existing = files.exists(&path).then(|| bases.open(&path)).transpose()?;
    let meta = existing.as_ref().map(Base::meta).transpose()?;
    let checkpoint = meta.map_or(Timestamp::ZERO, |meta| meta.checkpoint);
    let active = Arc::new(Layer::above(checkpoint));
    let mut recent = Recent::new(checkpoint, options.recent_commits, options.recent_bytes);
    let mut recovery = Recovery::default();
    let segment_bytes = options.segment_bytes.max(LEAST_SEGMENT) as u64;
    let recovered = recover(
        log_dir,
        files,
        segment_bytes,
        meta,
        Arc::clone(&bases.health),
        &mut |commit| {
            recovery.replayed += 1;
            // Nobody reads yet.
            active.keep_from(commit.ts);
            active.insert(&commit);
            recent.push(Arc::new(Changes::from(&commit)));
        },
    )?;
    let base = match existing {
        Some(base) => base,
        None => bases.create(dir, &path, recovered.meta)?,
    };
    recovery.log_bytes = recovered.bytes;
    let (meta, last, log) = (recovered.meta, recovered.last, Some(recovered.log));
    let parts = Parts {
        base,
        meta,
        log,
        disk: bases.disk,
        health: bases.health,
        active,
        recent,
        last,
    };
    Ok((parts, recovery))
}

/// What an engine is opened with.
struct Bases<'a> {
    options: &'a Options,
    files: &'a Arc<dyn Files>,
    disk: Arc<DiskSpace>,
    health: Arc<Health>,
}

impl Bases<'_> {
    fn open(&self, path: &Path) -> Result<Base, StoreError> {
        let backend = self.files.state(path).map_err(StoreError::io("open", path))?;
        let space = Arc::clone(&self.disk);
        Base::open(
            path,
            Patient { backend, space },
            self.options.cache_bytes,
            &self.health,
        )
    }

    /// Makes the engine under another name first: what has the name is whole.
    fn create(&self, dir: &Path, path: &Path, meta: Meta) -> Result<Base, StoreError> {
        let unfinished = dir.join("state.tmp");
        if self.files.exists(&unfinished) {
            self.files
                .remove(&unfinished)
                .map_err(StoreError::io("remove", &unfinished))?;
        }
        self.open(&unfinished)?.write(meta, std::iter::empty())?;
        self.files
            .rename(&unfinished, path)
            .map_err(StoreError::io("create", path))?;
        self.files.sync_dir(dir).map_err(StoreError::io("sync", dir))?;
        self.open(path)
    }
}
