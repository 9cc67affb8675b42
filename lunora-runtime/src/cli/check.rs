//! `check`: do indexes and documents agree?

use std::path::Path;

use super::{Failure, data_dir::DataDir, output::print, progress};
use crate::{
    database::Database,
    functions::{App, Catalog},
};

pub(super) fn check(app: App, data: &Path) -> Result<(), Failure> {
    let directory = DataDir::new(data);
    if !directory.exists() {
        return Err(Failure::unusable(format!(
            "there is no data in {}",
            data.display()
        )));
    }
    let held = || format!("{} is held by a running server; stop it first", data.display());
    let store = directory.open()?.ok_or_else(|| Failure::unusable(held()))?;
    // Not the whole runtime: what is damaged may be what it needs to start.
    let schema = Catalog::of(&app).schema().map_err(Failure::unusable)?;
    let database = Database::open(store, schema, progress::opening()).map_err(Failure::unusable)?;
    let report = database.check(progress::report()).map_err(Failure::unusable)?;
    database.close().map_err(Failure::unusable)?;
    print(&report)?;
    if report.is_clean() {
        Ok(())
    } else {
        Err(Failure::failed("the data is damaged, as listed above"))
    }
}
