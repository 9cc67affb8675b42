//! Crons in a test.

use std::time::Duration;

use lunora_core::error::{Error, Result};

use super::TestApp;
use crate::{
    functions::BoxFuture,
    triggers::{CronInfo, RunNow},
};

/// A cron that a test wants to run cannot.
#[derive(Debug, thiserror::Error)]
enum NotRun {
    #[error("there is no cron `{0}`")]
    Unknown(String),
    #[error("a run of the cron `{0}` is under way")]
    UnderWay(String),
}

impl TestApp {
    /// The crons of the application with their last runs, in the order of the list. They begin with the first call of
    /// [`advance`](Self::advance), of this or of [`run_cron`](Self::run_cron).
    pub fn crons(&self) -> BoxFuture<'_, Result<Vec<CronInfo>>> {
        Box::pin(async move {
            self.advance(Duration::ZERO).await?;
            self.runtime().list_crons()
        })
    }

    /// Runs a cron now, as an administrator can, and returns when that is over.
    pub fn run_cron<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            self.advance(Duration::ZERO).await?;
            match self.runtime().run_cron(name)? {
                RunNow::Started(_) => self.advance(Duration::ZERO).await,
                RunNow::UnderWay => Err(Error::from(NotRun::UnderWay(name.to_owned()))),
                RunNow::Unknown => Err(Error::from(NotRun::Unknown(name.to_owned()))),
            }
        })
    }
}
