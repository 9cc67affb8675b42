//! Exports and imports of an application's data.

use std::io::{Read, Seek, Write};

use lunora_core::table::Table;

use super::{
    App,
    admin::StoredKey,
    runtime::{Catalog, Runtime},
};
use crate::{
    database::{
        self, ExportError, ExportOptions, ExportReport, ImportError, ImportMode, ImportOptions, ImportReport,
        Progress,
    },
    store::{Replacement, Store},
};

/// Tables that belong to each store alone. An export with admin keys in it would take them to wherever it is imported,
/// and an import would exchange the keys of a store for those of another: so their hashes neither leave nor come.
const PRIVATE: [&str; 1] = [StoredKey::NAME];

/// Somebody who is told how far a long piece of work has come.
pub(crate) type Told = Box<dyn FnMut(Progress<'_>) + Send>;

impl Runtime {
    /// Writes all documents, as they are at this moment, to `out`, while calls go on. Blocks until they are written.
    pub fn export(&self, out: impl Write) -> Result<ExportReport, ExportError> {
        self.database().export(out, options(Box::new(|_| ())))
    }
}

/// Exports a store with which no runtime is open.
pub(crate) fn export_store(
    app: App,
    store: &dyn Store,
    out: impl Write,
    progress: Told,
) -> Result<ExportReport, ExportError> {
    let schema = Catalog::of(&app).schema()?;
    database::export(store, &schema, out, options(progress))
}

/// Imports an export.
pub(crate) fn import(
    app: App,
    replacement: Replacement,
    archive: &mut (impl Read + Seek),
    mode: ImportMode,
    progress: Told,
) -> Result<ImportReport, ImportError> {
    let schema = Catalog::of(&app).schema()?;
    let options = ImportOptions {
        mode,
        private: PRIVATE.to_vec(),
        progress,
    };
    database::import(replacement, schema, archive, options)
}

fn options(progress: Told) -> ExportOptions {
    ExportOptions {
        private: PRIVATE.to_vec(),
        progress,
    }
}
