//! Counts what a transaction reads and writes against its limits.

use lunora_core::limits::{LimitExceeded, Limits};

const READ_LESS: &str = "read through an index, take fewer rows, or raise the limit on the function";
const COUNT_LESS: &str =
    "count a smaller range, keep the number in a document, or raise the limit on the function";
const WRITE_LESS: &str = "split the work over several mutations, or raise the limit on the function";
const SMALLER: &str = "split the document, or keep large content outside the database";

/// What was read and written so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Meter {
    limits: Limits,
    read: Amount,
    counted: u64,
    written: Amount,
}

/// Documents and their bytes.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Amount {
    documents: u64,
    bytes: u64,
}

impl Meter {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            ..Self::default()
        }
    }

    /// A read delivered a document.
    pub(super) fn read(&mut self, bytes: u64) -> Result<(), LimitExceeded> {
        let limits = &self.limits;
        count(
            &mut self.read.documents,
            1,
            limits.documents_read,
            "documents_read",
            READ_LESS,
        )?;
        count(
            &mut self.read.bytes,
            bytes,
            limits.bytes_read,
            "bytes_read",
            READ_LESS,
        )
    }

    /// An entry was counted, and its document not looked at.
    pub(super) fn entry(&mut self) -> Result<(), LimitExceeded> {
        count(
            &mut self.counted,
            1,
            self.limits.entries_counted,
            "entries_counted",
            COUNT_LESS,
        )
    }

    /// A document of this many bytes was written; a deleted one has none.
    pub(super) fn write(&mut self, bytes: u64) -> Result<(), LimitExceeded> {
        let limits = &self.limits;
        count(&mut 0, bytes, limits.document_bytes, "document_bytes", SMALLER)?;
        count(
            &mut self.written.documents,
            1,
            limits.documents_written,
            "documents_written",
            WRITE_LESS,
        )?;
        count(
            &mut self.written.bytes,
            bytes,
            limits.bytes_written,
            "bytes_written",
            WRITE_LESS,
        )
    }

    pub(super) const fn bytes_read(&self) -> u64 {
        self.read.bytes
    }

    pub(super) const fn written(&self) -> Amount {
        self.written
    }

    /// Forgets what was written since `written` was looked up.
    pub(super) const fn restore(&mut self, written: Amount) {
        self.written = written;
    }
}

fn count(
    counter: &mut u64,
    amount: u64,
    limit: u64,
    name: &'static str,
    advice: &'static str,
) -> Result<(), LimitExceeded> {
    *counter += amount;
    if *counter > limit {
        Err(LimitExceeded { name, limit, advice })
    } else {
        Ok(())
    }
}
