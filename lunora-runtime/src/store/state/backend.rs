//! A full disk must not fail a checkpoint: it waits until there is room.
//!
//! redb gives up a database for good after the first failed write, reads included. Reads have to go on while
//! the disk is full, so that error never reaches it: the write is tried again until it goes through. Only the
//! thread that writes the checkpoint waits; readers of a redb transaction take no lock that a writer holds
//! while it writes.

use std::io::{self, ErrorKind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use redb::StorageBackend;

use crate::sync::thread;

const RETRY: Duration = Duration::from_millis(50);

/// Whether a writer in the background is waiting for room on the disk.
#[derive(Debug, Default)]
pub(crate) struct DiskSpace {
    full: AtomicBool,
    give_up: AtomicBool,
}

impl DiskSpace {
    /// For a store that is being opened: whoever opens it is to hear that the disk is full. See [`Self::be_patient`].
    pub(crate) fn impatient() -> Self {
        Self {
            full: AtomicBool::new(false),
            give_up: AtomicBool::new(true),
        }
    }

    /// From now on writers wait for room.
    pub(crate) fn be_patient(&self) {
        self.give_up.store(false, Ordering::Relaxed);
    }

    pub(crate) fn is_full(&self) -> bool {
        self.full.load(Ordering::Relaxed)
    }

    /// From now on a full disk is an error: the store is closing and nobody can wait any longer.
    pub(crate) fn give_up(&self) {
        self.give_up.store(true, Ordering::Relaxed);
    }

    /// Runs `write` until the disk has room for it. Only for writes that may be repeated, and never for a
    /// sync: after a failed sync the pages may be gone, and the next one would succeed without them.
    pub(crate) fn patiently(&self, mut write: impl FnMut() -> io::Result<()>) -> io::Result<()> {
        loop {
            let done = write();
            let full = done.as_ref().is_err_and(is_full);
            let (was_full, give_up) = (
                self.full.swap(full, Ordering::Relaxed),
                self.give_up.load(Ordering::Relaxed),
            );
            if full != was_full && !give_up {
                report(full);
            }
            if !full || give_up {
                return done;
            }
            thread::sleep(RETRY);
        }
    }
}

fn report(full: bool) {
    if full {
        tracing::error!("the disk is full; what was accepted is written as soon as there is room");
    } else {
        tracing::info!("the disk has room again");
    }
}

/// Whether waiting for someone to make room can help.
pub(crate) fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded)
}

/// A storage backend that waits while the disk is full. Locks are not passed on: the directory is locked
/// already.
#[derive(Debug)]
pub(crate) struct Patient {
    pub(crate) backend: Box<dyn StorageBackend>,
    pub(crate) space: Arc<DiskSpace>,
}

impl StorageBackend for Patient {
    fn len(&self) -> io::Result<u64> {
        self.backend.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.backend.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.space.patiently(|| self.backend.set_len(len))
    }

    fn sync_data(&self) -> io::Result<()> {
        self.backend.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.space.patiently(|| self.backend.write(offset, data))
    }

    fn close(&self) -> io::Result<()> {
        self.backend.close()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::thread;

    use redb::backends::InMemoryBackend;

    use super::super::super::timestamp::Timestamp;
    use super::super::{Base, Meta};
    use super::*;

    /// A disk that is full while told so.
    #[derive(Debug)]
    struct Full {
        memory: InMemoryBackend,
        full: Arc<AtomicBool>,
    }

    impl StorageBackend for Full {
        fn len(&self) -> io::Result<u64> {
            self.memory.len()
        }

        fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
            self.memory.read(offset, out)
        }

        fn set_len(&self, len: u64) -> io::Result<()> {
            self.memory.set_len(len)
        }

        fn sync_data(&self) -> io::Result<()> {
            self.memory.sync_data()
        }

        fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
            if self.full.load(Ordering::SeqCst) {
                return Err(ErrorKind::StorageFull.into());
            }
            self.memory.write(offset, data)
        }
    }

    fn meta(checkpoint: u64) -> Meta {
        Meta {
            checkpoint: Timestamp(checkpoint),
            ..Meta::default()
        }
    }

    #[test]
    fn a_checkpoint_on_a_full_disk_waits_while_reads_go_on() {
        let (full, space) = (Arc::<AtomicBool>::default(), Arc::<DiskSpace>::default());
        let backend = Full {
            memory: InMemoryBackend::new(),
            full: Arc::clone(&full),
        };
        // Without a cache every read reaches the backend.
        let base = Base::open(
            std::path::Path::new("memory"),
            Patient {
                backend: Box::new(backend),
                space: Arc::clone(&space),
            },
            0,
            &Arc::default(),
        )
        .unwrap();
        let pairs = |value: &'static str| {
            (0..2000_u32).map(move |i| (i.to_be_bytes().to_vec().into(), Some(value.into())))
        };
        base.write(meta(1), pairs("old")).unwrap();
        let view = base.view(Timestamp(1)).unwrap();
        full.store(true, Ordering::SeqCst);
        let (sender, receiver) = mpsc::channel();
        let base = &base;
        thread::scope(|scope| {
            scope.spawn(move || sender.send(base.write(meta(2), pairs("new"))).unwrap());
            while !space.is_full() {
                thread::yield_now();
            }
            for i in 0..2000_u32 {
                assert_eq!(view.get(&i.to_be_bytes()).unwrap().as_deref(), Some(&b"old"[..]));
            }
            assert!(receiver.try_recv().is_err(), "it still waits");
            full.store(false, Ordering::SeqCst);
            receiver.recv().unwrap().unwrap();
        });
        assert!(!space.is_full());
        assert_eq!(
            base.view(Timestamp(2)).unwrap().get(&[0; 4]).unwrap().as_deref(),
            Some(&b"new"[..])
        );
    }

    #[test]
    fn a_store_that_is_being_opened_does_not_wait_for_room() {
        let space = Arc::new(DiskSpace::impatient());
        let backend = Full {
            memory: InMemoryBackend::new(),
            full: Arc::new(AtomicBool::new(true)),
        };
        let patient = Patient {
            backend: Box::new(backend),
            space: Arc::clone(&space),
        };
        let error = Base::open(
            std::path::Path::new("data/state.redb"),
            patient,
            0,
            &Arc::default(),
        )
        .unwrap_err();
        let message = error.to_string();
        assert!(message.contains("data/state.redb"), "{message}");
        assert!(message.contains("There is no room left: make some"), "{message}");
        let attempts = std::cell::Cell::new(0);
        let write = || {
            attempts.set(attempts.get() + 1);
            if attempts.get() < 3 {
                Err(ErrorKind::StorageFull.into())
            } else {
                Ok(())
            }
        };
        space.be_patient();
        space.patiently(write).unwrap();
        assert_eq!(attempts.get(), 3);
    }

    #[test]
    fn a_store_that_closes_does_not_wait_for_room() {
        let space = DiskSpace::default();
        space.give_up();
        assert!(space.patiently(|| Err(ErrorKind::StorageFull.into())).is_err());
    }
}
