//! What one transaction may read and write.

/// Limits of one transaction. Every limit has a name, which its error carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Documents read.
    pub documents_read: u64,
    /// Bytes of documents read.
    pub bytes_read: u64,
    /// Entries of indexes counted, whose documents are not read.
    pub entries_counted: u64,
    /// Documents written.
    pub documents_written: u64,
    /// Bytes of documents written.
    pub bytes_written: u64,
    /// Bytes of one document, in its stored encoding.
    pub document_bytes: u64,
    /// Milliseconds that one run of a query or mutation may work.
    pub work_millis: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            documents_read: 32_000,
            bytes_read: 16 << 20,
            entries_counted: 1_000_000,
            documents_written: 16_000,
            bytes_written: 16 << 20,
            document_bytes: 1 << 20,
            work_millis: 1_000,
        }
    }
}

impl Limits {
    /// These limits with what a function has set for itself.
    #[must_use]
    pub fn with(self, overrides: LimitOverrides) -> Self {
        Self {
            documents_read: overrides.documents_read.unwrap_or(self.documents_read),
            bytes_read: overrides.bytes_read.unwrap_or(self.bytes_read),
            entries_counted: overrides.entries_counted.unwrap_or(self.entries_counted),
            documents_written: overrides.documents_written.unwrap_or(self.documents_written),
            bytes_written: overrides.bytes_written.unwrap_or(self.bytes_written),
            work_millis: overrides.work_millis.unwrap_or(self.work_millis),
            ..self
        }
    }
}

/// What a function sets for itself: `#[query(limits(documents_read = 200_000))]`.
///
/// It holds for calls from outside and from actions. A query or mutation that is nested in another one works within
/// the limits of the outermost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LimitOverrides {
    /// See [`Limits::documents_read`].
    pub documents_read: Option<u64>,
    /// See [`Limits::bytes_read`].
    pub bytes_read: Option<u64>,
    /// See [`Limits::entries_counted`].
    pub entries_counted: Option<u64>,
    /// See [`Limits::documents_written`].
    pub documents_written: Option<u64>,
    /// See [`Limits::bytes_written`].
    pub bytes_written: Option<u64>,
    /// See [`Limits::work_millis`].
    pub work_millis: Option<u64>,
}

impl LimitOverrides {
    /// Nothing set.
    pub const NONE: Self = Self {
        documents_read: None,
        bytes_read: None,
        entries_counted: None,
        documents_written: None,
        bytes_written: None,
        work_millis: None,
    };
}

/// A transaction went past one of its [`Limits`]. Nothing was committed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("LimitExceeded: {name} is limited to {limit}; {advice}")]
pub struct LimitExceeded {
    /// Name of the limit, as in [`Limits`].
    pub name: &'static str,
    /// Its value.
    pub limit: u64,
    /// What to do about it.
    pub advice: &'static str,
}
