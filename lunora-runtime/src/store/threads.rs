//! A store with its threads.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::engine::Engine;
use super::error::StoreError;
use super::lock::DirLock;
use super::log::Log;
use crate::sync::Mutex;
use crate::sync::thread::{self, JoinHandle};

/// An engine that runs until it is closed or dropped.
#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) engine: Arc<Engine>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    /// How closing ended, once it has.
    closed: Mutex<Option<Result<(), StoreError>>>,
    /// Held until the engine is closed.
    lock: Mutex<Option<DirLock>>,
}

impl Running {
    pub(crate) fn start(engine: Engine, lock: Option<DirLock>) -> Result<Self, StoreError> {
        let (engine, lock) = (Arc::new(engine), Mutex::new(lock));
        let running = Self {
            engine,
            lock,
            threads: Mutex::default(),
            closed: Mutex::default(),
        };
        running
            .start_threads()
            .map_err(|error| StoreError::Failed(format!("cannot start a thread: {error}").into()))?;
        running.engine.begin();
        Ok(running)
    }

    fn start_threads(&self) -> io::Result<()> {
        self.spawn("lunora-checkpoint", Engine::run_checkpoints)?;
        if self.engine.log().is_some() {
            self.spawn("lunora-log", |engine| with_log(engine, Log::run))?;
            self.spawn("lunora-space", |engine| with_log(engine, Log::prepare_segments))?;
        }
        Ok(())
    }

    /// A thread that panics takes the store with it: others would wait for it forever.
    fn spawn(&self, name: &'static str, body: fn(&Engine)) -> io::Result<()> {
        let engine = Arc::clone(&self.engine);
        let guarded = move || {
            if catch_unwind(AssertUnwindSafe(|| body(&engine))).is_err() {
                engine.fail(&format!("the thread {name} panicked"));
            }
        };
        self.threads
            .lock()
            .push(thread::Builder::new().name(name.to_owned()).spawn(guarded)?);
        Ok(())
    }

    pub(crate) fn close(&self) -> Result<(), StoreError> {
        let mut closed = self.closed.lock();
        if let Some(outcome) = &*closed {
            return outcome.clone();
        }
        let outcome = self.engine.finish();
        self.end();
        closed.insert(outcome).clone()
    }

    /// Takes the claim to the directory out of this.
    pub(crate) fn claim(&self) -> Option<DirLock> {
        self.lock.lock().take()
    }

    /// Ends the threads, then the engine, then the claim to the directory.
    pub(crate) fn end(&self) {
        self.engine.stop();
        let threads = std::mem::take(&mut *self.threads.lock());
        // The last handle may be dropped by a callback, on the log thread.
        for thread in threads
            .into_iter()
            .filter(|thread| thread.thread().id() != thread::current().id())
        {
            if thread.join().is_err() {
                tracing::error!("a thread of the store panicked");
            }
        }
        self.engine.release();
        *self.lock.lock() = None;
    }
}

fn with_log(engine: &Engine, body: fn(&Log)) {
    if let Some(log) = engine.log() {
        body(log);
    }
}

/// Dropped without being closed, the store writes what is queued to its log and leaves the rest to the next
/// start.
impl Drop for Running {
    fn drop(&mut self) {
        self.end();
    }
}
