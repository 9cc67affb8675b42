//! The proof of a key that opens all documents.

use super::{AdminKey, Revocation};
use crate::{
    database::{ExportError, ExportReport},
    functions::RequestId,
};

/// The proof that an admin key with scope `read-data` was verified: [`AdminKey::read_data`] alone makes it.
#[derive(Debug)]
pub struct DataReader(AdminKey);

impl DataReader {
    pub(super) const fn new(key: AdminKey) -> Self {
        Self(key)
    }

    /// Name of the key.
    pub fn name(&self) -> &str {
        self.0.name()
    }

    /// The end of the key.
    pub const fn revocation(&self) -> &Revocation {
        self.0.revocation()
    }

    /// Leaves a line in the log about an export that was made with the key, or broke off.
    pub(crate) fn audit(&self, id: RequestId, exported: &Result<ExportReport, ExportError>) {
        let outcome = match exported {
            Ok(_) => "ok",
            Err(ExportError::Io(_)) => "broken off",
            Err(_) => "error",
        };
        let documents = exported.as_ref().map_or(0, |report| report.documents);
        tracing::info!(
            target: "lunora::audit",
            key = self.0.name(), request_id = %id, documents, outcome, "data exported"
        );
        if let Err(error) = exported {
            tracing::warn!(request_id = %id, %error, "an export was not finished");
        }
    }
}
