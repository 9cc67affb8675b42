//! What can go wrong in the store.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::timestamp::Timestamp;

/// An error of the store. It can be cloned, because one failed sync answers everyone who waited for it.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// Another commit was ordered first. Validate against `feed(after)` and try again.
    #[error("another commit was ordered first: the newest is now {head}")]
    Moved {
        /// The newest ordered commit.
        head: Timestamp,
    },
    /// The timestamp is older than what is retained.
    #[error("timestamp {requested} is no longer retained: the oldest one that can be read is {oldest}")]
    TooOld {
        /// What was asked for.
        requested: Timestamp,
        /// The oldest timestamp that still works.
        oldest: Timestamp,
    },
    /// The timestamp has not been ordered yet.
    #[error("timestamp {requested} does not exist yet: the newest is {newest}")]
    NotYet {
        /// What was asked for.
        requested: Timestamp,
        /// The newest ordered commit.
        newest: Timestamp,
    },
    /// The commit itself breaks a rule of [`Commit`](super::Commit); nothing was ordered.
    #[error("the commit is not valid: {0}")]
    InvalidCommit(&'static str),
    /// There is no room on the disk. Nothing was ordered; reads keep working, and writes as soon as there is
    /// room.
    #[error("the disk is full: writes are refused until there is room, reads keep working")]
    DiskFull,
    /// The store has failed for good: what is on disk is known only up to `durable()`. The process must end.
    #[error("the store has failed and must be restarted: {0}")]
    Failed(Arc<str>),
    /// The disk stayed full while the store was being closed. What was not written was never acknowledged; part of
    /// it may still be there at the next start, as after a crash.
    #[error(
        "the disk stayed full while the store was being closed: commits that were never acknowledged are dropped; \
         nothing that was acknowledged is lost"
    )]
    Unwritten,
    /// The store was closed.
    #[error("the store is closed")]
    Closed,
    /// Another process (or another handle in this one) has the data directory open.
    #[error("the data directory {} is in use by another process", .dir.display())]
    Locked {
        /// The data directory.
        dir: PathBuf,
    },
    /// The data on disk is damaged where acknowledged commits would be lost. Opening is refused, nothing was
    /// changed.
    #[error(
        "{} is damaged at byte {offset}: {reason}. Acknowledged commits would be lost, so nothing was opened \
         or changed. Check the disk, then restore the data directory from a backup", .file.display()
    )]
    Damaged {
        /// The file.
        file: PathBuf,
        /// Where in the file the first damage is, in bytes.
        offset: u64,
        /// What does not fit.
        reason: &'static str,
    },
    /// The engine's file is damaged. Nothing wrong was answered, but what it held cannot be read there.
    #[error(
        "the state in {} is damaged: {reason}. Check the disk, then restore the data directory from a backup. \
         Without one, stop the store and move this file out of the directory: if the log still holds everything, \
         the next start rebuilds it from there, otherwise it refuses", .file.display()
    )]
    DamagedState {
        /// The file.
        file: PathBuf,
        /// What does not fit.
        reason: Arc<str>,
    },
    /// The directory has files of somebody else, and no store.
    #[error(
        "{} holds {} and no data of Lunora, so nothing was written to it. Name a directory that is empty or that does \
         not exist yet", .dir.display(), .found.display()
    )]
    Foreign {
        /// The directory.
        dir: PathBuf,
        /// One of the files in it.
        found: PathBuf,
    },
    /// The operating system refused an operation while the store was being opened or closed.
    #[error("cannot {action} {}: {source}{}", .path.display(), advice(.source))]
    Io {
        /// What was being done: "open", "create".
        action: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// The system's answer.
        #[source]
        source: Arc<io::Error>,
    },
    /// The engine below the overlay refused an operation.
    #[error("the state engine refused: {0}")]
    Engine(Arc<str>),
}

impl StoreError {
    /// For `map_err`: an [`StoreError::Io`] that knows what was being done to which file.
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io {
            action,
            path: path.to_owned(),
            source: Arc::new(source),
        }
    }
}

/// What the operator can do about it, to be appended to the system's answer; nothing where nothing is known.
pub(crate) fn advice(error: &io::Error) -> &'static str {
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            ". There is no room left: make some, then start again. Nothing that was acknowledged is lost"
        }
        ErrorKind::ReadOnlyFilesystem => {
            ". The file system is read-only, which may be what the system does with a disk that fails: check the disk, \
             mount it for writing, then start again. Nothing that was acknowledged is lost"
        }
        ErrorKind::PermissionDenied => {
            ". The user that runs this program has to be able to read and write there"
        }
        ErrorKind::NotADirectory | ErrorKind::AlreadyExists => {
            ". There is a file where a directory should be: name another directory"
        }
        _ => "",
    }
}

/// All errors of redb in one: above this room nothing can be done about their differences.
macro_rules! from_redb {
    ($($error:ident),*) => {$(
        impl From<redb::$error> for StoreError {
            fn from(error: redb::$error) -> Self {
                Self::Engine(error.to_string().into())
            }
        }
    )*};
}

from_redb!(
    DatabaseError,
    TransactionError,
    TableError,
    StorageError,
    CommitError
);
