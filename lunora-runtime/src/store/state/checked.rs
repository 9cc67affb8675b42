//! What the engine's file is not trusted with: a checksum behind every value, and answers instead of panics.
//!
//! redb checks its pages only when it repairs a database, and takes for granted everywhere else that they are
//! as it wrote them.

use std::io::ErrorKind;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use super::super::error::StoreError;

/// With the length of the key: it says where the key ends and the value begins.
fn checksum(key: &[u8], value: &[u8]) -> [u8; 4] {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&(key.len() as u64).to_le_bytes());
    hasher.update(key);
    hasher.update(value);
    hasher.finalize().to_le_bytes()
}

/// What is stored for a value: the value, then the checksum.
pub(super) fn seal(key: &[u8], value: &[u8], sealed: &mut Vec<u8>) {
    sealed.clear();
    sealed.extend_from_slice(value);
    sealed.extend_from_slice(&checksum(key, value));
}

/// The value in what was stored for it.
pub(super) fn check<'a>(file: &Path, key: &[u8], sealed: &'a [u8]) -> Result<&'a [u8], StoreError> {
    match sealed.split_last_chunk() {
        Some((value, sum)) if *sum == checksum(key, value) => Ok(value),
        _ => Err(damaged(file, "the checksum of an entry does not match")),
    }
}

/// Runs what uses the file. Damage makes redb fail in many ways, and panic in others.
pub(super) fn guard<T>(file: &Path, work: impl FnOnce() -> Result<T, redb::Error>) -> Result<T, StoreError> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) if is_damage(&error) => Err(damaged(file, &error.to_string())),
        Ok(Err(redb::Error::Io(error))) => Err(StoreError::io("use", file)(error)),
        Ok(Err(error)) => Err(StoreError::Engine(error.to_string().into())),
        Err(_) => Err(damaged(file, "the state engine panicked over what it read")),
    }
}

fn is_damage(error: &redb::Error) -> bool {
    match error {
        redb::Error::Io(error) => matches!(
            error.kind(),
            ErrorKind::UnexpectedEof | ErrorKind::InvalidData | ErrorKind::InvalidInput
        ),
        redb::Error::PreviousIo | redb::Error::DatabaseClosed | redb::Error::DatabaseAlreadyOpen => false,
        _ => true,
    }
}

fn damaged(file: &Path, reason: &str) -> StoreError {
    StoreError::DamagedState {
        file: file.to_owned(),
        reason: reason.into(),
    }
}
