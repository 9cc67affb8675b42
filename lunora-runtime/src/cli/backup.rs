//! `export` and `import`.

use std::{fs::File, io};

use super::{
    Failure,
    args::{Data, Export, Import},
    output::print,
    output_file::OutputFile,
    place::{Place, Remote},
    progress,
};
use crate::{
    backup,
    database::{ExportReport, ImportError, inspect},
    functions::{App, export_store},
    store::StoreError,
};

pub(super) fn export(app: App, export: &Export) -> Result<(), Failure> {
    let cannot = |error: io::Error| {
        Failure::unusable(format!(
            "the file {} cannot be written: {error}",
            export.file.display()
        ))
    };
    let mut file = OutputFile::create(&export.file).map_err(cannot)?;
    let report = match Place::of(&export.target)? {
        Place::Here(store, _) => {
            let report = export_store(app, &*store, &mut file, Box::new(progress::bar()));
            store.close().map_err(Failure::unusable)?;
            report.map_err(Failure::unusable)?
        }
        Place::There(server) => export_server(&server, &mut file)?,
    };
    file.finish().map_err(cannot)?;
    print(report)
}

/// What a server sends is looked through: its answer may have been cut off.
fn export_server(server: &Remote, file: &mut OutputFile) -> Result<ExportReport, Failure> {
    server.download(file)?;
    let (input, bytes) = file.read_back().map_err(Failure::unusable)?;
    let manifest = inspect(input)
        .map_err(|error| Failure::unusable(format!("what {} sent cannot be used: {error}", server.url)))?;
    Ok(ExportReport::of(&manifest, bytes))
}

pub(super) fn import(app: App, import: &Import) -> Result<(), Failure> {
    let cannot = |error: io::Error| {
        Failure::unusable(format!(
            "the file {} cannot be read: {error}",
            import.file.display()
        ))
    };
    let mut file = File::open(&import.file).map_err(cannot)?;
    let refused = |error: ImportError| match error {
        ImportError::Store(StoreError::Locked { .. }) => Failure::unusable(format!(
            "{} is held by a running server; stop it first",
            import.data.path.display()
        )),
        error => Failure::failed(format!("nothing was imported: {error}")),
    };
    let Data { path, memory } = &import.data;
    let report = backup::import_within(*memory, app, path, &mut file, import.mode, progress::bar());
    print(report.map_err(refused)?)
}
