//! A store whose checkpoints and reads fail on demand, and who hears of it.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::Duration;

use redb::StorageBackend;
use redb::backends::InMemoryBackend;

use super::super::Memory;
use super::*;

/// What fails while told so.
#[derive(Debug, Default)]
pub(crate) struct Breaks {
    pub(crate) writes: AtomicBool,
    pub(crate) reads: AtomicBool,
}

/// Pages that cannot be written or read while told so.
#[derive(Debug)]
struct Broken {
    memory: InMemoryBackend,
    breaks: Arc<Breaks>,
}

fn fail_if(broken: &AtomicBool) -> io::Result<()> {
    if broken.load(SeqCst) {
        Err(io::ErrorKind::Other.into())
    } else {
        Ok(())
    }
}

impl StorageBackend for Broken {
    fn len(&self) -> io::Result<u64> {
        self.memory.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        fail_if(&self.breaks.reads)?;
        self.memory.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.memory.set_len(len)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.memory.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        fail_if(&self.breaks.writes)?;
        self.memory.write(offset, data)
    }
}

/// A store, and what makes its next checkpoint or read fail.
pub(crate) fn memory_that_fails() -> (Arc<Memory>, Arc<Breaks>) {
    let breaks = Arc::<Breaks>::default();
    let backend = Broken {
        memory: InMemoryBackend::new(),
        breaks: Arc::clone(&breaks),
    };
    // With a cache in front nothing might be read.
    let options = Options {
        cache_bytes: 0,
        ..small()
    };
    (Arc::new(Memory::on(backend, &options).unwrap()), breaks)
}

/// What is told when the store fails.
pub(super) fn failure_of(store: &dyn Store) -> mpsc::Receiver<StoreError> {
    let (sender, receiver) = mpsc::channel();
    store.on_failure(Box::new(move |error| {
        // The test may be over.
        let _ = sender.send(error);
    }));
    receiver
}

pub(super) const SOON: Duration = Duration::from_secs(10);

#[test]
fn a_checkpoint_that_fails_is_told_to_everybody_once_and_to_the_late_at_once() {
    let (store, breaks) = memory_that_fails();
    put(&*store, 1, "key", "value").unwrap();
    store.checkpoint().unwrap();
    store.on_failure(Box::new(|_| panic!("on purpose")));
    let told = failure_of(&*store);
    put(&*store, 2, "key", "later").unwrap();
    assert!(told.try_recv().is_err(), "nothing has failed yet");
    breaks.writes.store(true, SeqCst);
    assert!(matches!(store.checkpoint(), Err(StoreError::Failed(_))));
    let error = told.recv_timeout(SOON).unwrap();
    assert!(
        error.to_string().contains("a checkpoint cannot be written"),
        "{error}"
    );
    let late = failure_of(&*store);
    assert_eq!(late.recv_timeout(SOON).unwrap().to_string(), error.to_string());
    assert!(matches!(store.close(), Err(StoreError::Failed(_))));
    assert!(told.recv().is_err(), "once");
}

#[test]
fn a_store_that_closes_has_not_failed() {
    let store = Memory::new();
    let told = failure_of(&store);
    put(&store, 1, "key", "value").unwrap();
    store.close().unwrap();
    drop(store);
    assert!(told.recv().is_err());
}
