//! Exports of a data directory, and the way back: what the commands `export` and `import` do, for programs of one's own.
//!
//! An export is one compressed file with all documents of one moment, a manifest and checksums. It has no admin keys in
//! it, neither as text nor as hashes: those belong to each data directory. Of a server that runs, the command `export`
//! makes one too; here the directory has to be free.

use std::{
    io::{Read, Seek, Write},
    path::Path,
};

use crate::{
    cli::data_dir::DataDir,
    functions::{self, App},
    memory::MemoryBudget,
    store::{Embedded, Store},
};
pub use crate::{
    database::{
        ArchiveError, ExportError, ExportReport, ImportError, ImportMode, ImportReport, Progress, Step,
    },
    functions::{Imported, UnderWay},
};

/// Writes all documents in the data directory `data` to `out`. `progress` is told how far it has come.
pub fn export(
    app: App,
    data: &Path,
    out: impl Write,
    progress: impl FnMut(Progress<'_>) + Send + 'static,
) -> Result<ExportReport, ExportError> {
    let directory = DataDir::new(data);
    if !directory.exists() {
        return Err(ExportError::NoData(data.to_owned()));
    }
    let store = Embedded::open(&directory.store(), MemoryBudget::DEFAULT.store())?;
    let report = functions::export_store(app, &store, out, Box::new(progress))?;
    store.close()?;
    Ok(report)
}

/// Imports an export into the data directory `data`, which is made if it is not there. Everything is checked first, and
/// the directory changes at the very end or not at all, also when the process is killed in the middle.
///
/// For that time it takes room on the disk for two stores. The newest commit is afterwards above that of the export and
/// above all that the directory had before. Admin keys stay as they are.
pub fn import(
    app: App,
    data: &Path,
    archive: &mut (impl Read + Seek),
    mode: ImportMode,
    progress: impl FnMut(Progress<'_>) + Send + 'static,
) -> Result<Imported, ImportError> {
    import_within(MemoryBudget::DEFAULT, app, data, archive, mode, progress)
}

/// The same within a budget.
pub(crate) fn import_within(
    memory: MemoryBudget,
    app: App,
    data: &Path,
    archive: &mut (impl Read + Seek),
    mode: ImportMode,
    progress: impl FnMut(Progress<'_>) + Send + 'static,
) -> Result<Imported, ImportError> {
    let directory = DataDir::new(data);
    directory.make()?;
    // Two stores are open at a time.
    let replacement = Embedded::replace(&directory.store(), &memory.half().store())?;
    functions::import(app, replacement, archive, mode, Box::new(progress))
}
