//! `check`: do indexes and documents agree?

use std::path::Path;

use super::{
    Failure,
    data_dir::DataDir,
    serve::{report_progress, show_progress},
};
use crate::functions::{App, EngineOptions, Runtime};

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
    let opening = show_progress();
    let runtime = Runtime::open(app, store, EngineOptions::default(), opening).map_err(Failure::unusable)?;
    let report = runtime
        .database()
        .check(report_progress())
        .map_err(Failure::unusable)?;
    runtime.database().close().map_err(Failure::unusable)?;
    print!("{report}");
    if report.is_clean() {
        Ok(())
    } else {
        Err(Failure::failed("the data is damaged, as listed above"))
    }
}
