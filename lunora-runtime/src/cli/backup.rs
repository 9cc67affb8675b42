//! `export` and `import`.

use std::{fs::File, io, path::Path};

use super::{
    Failure,
    args::{Export, Import, Target},
    data_dir::DataDir,
    download::download,
    output::print,
    output_file::OutputFile,
    progress,
};
use crate::{
    backup,
    database::{ExportError, ExportReport, ImportError, inspect},
    functions::App,
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
    let report = match &export.target {
        Target::Data(data) => export_data(app, data, &mut file)?,
        Target::Server { url, admin_key } => export_server(url, admin_key, &mut file)?,
    };
    file.finish().map_err(cannot)?;
    print(report)
}

/// Exports the data, or asks the server that holds it.
fn export_data(app: App, data: &Path, file: &mut OutputFile) -> Result<ExportReport, Failure> {
    match backup::export(app, data, &mut *file, progress::bar()) {
        Err(ExportError::Store(StoreError::Locked { .. })) => {
            let directory = DataDir::new(data);
            let missing = |name: &str, error: io::Error| {
                Failure::unusable(format!(
                    "another process holds the data, and its {name} cannot be read: {error}"
                ))
            };
            let url = directory
                .read_address()
                .map_err(|error| missing("address", error))?;
            let key = directory
                .read_admin_key()
                .map_err(|error| missing("admin key", error))?;
            export_server(&url, &key, file)
        }
        exported => exported.map_err(Failure::unusable),
    }
}

/// What a server sends is looked through: its answer may have been cut off.
fn export_server(url: &str, key: &str, file: &mut OutputFile) -> Result<ExportReport, Failure> {
    download(url, key, file)?;
    let (input, bytes) = file.read_back().map_err(Failure::unusable)?;
    let manifest = inspect(input)
        .map_err(|error| Failure::unusable(format!("what {url} sent cannot be used: {error}")))?;
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
            import.data.display()
        )),
        error => Failure::failed(format!("nothing was imported: {error}")),
    };
    let report = backup::import(app, &import.data, &mut file, import.mode, progress::bar());
    print(report.map_err(refused)?)
}
