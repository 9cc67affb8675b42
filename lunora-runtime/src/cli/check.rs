//! `check`: do indexes and documents agree?

use super::{Failure, args::Data, data_dir::DataDir, output::print, progress};
use crate::{
    database::Database,
    functions::{App, Catalog},
};

pub(super) fn check(app: App, data: &Data) -> Result<(), Failure> {
    let directory = DataDir::new(&data.path);
    if !directory.exists() {
        return Err(Failure::unusable(format!(
            "there is no data in {}",
            data.path.display()
        )));
    }
    let held = || {
        format!(
            "{} is held by a running server; stop it first",
            data.path.display()
        )
    };
    let store = directory
        .open(data.memory)?
        .ok_or_else(|| Failure::unusable(held()))?;
    // Not the whole runtime: what is damaged may be what it needs to start.
    let schema = Catalog::of(&app).schema().map_err(Failure::unusable)?;
    let database =
        Database::open(store, schema, progress::opening(data.memory)).map_err(Failure::unusable)?;
    let report = database.check(progress::report()).map_err(Failure::unusable)?;
    database.close().map_err(Failure::unusable)?;
    print(&report)?;
    if report.is_clean() {
        Ok(())
    } else {
        Err(Failure::failed("the data is damaged, as listed above"))
    }
}
