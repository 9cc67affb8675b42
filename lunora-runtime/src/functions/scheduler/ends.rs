//! Those parts of the server that want to know when their jobs are over.

use std::{collections::HashMap, fmt, sync::Arc};

use lunora_core::{error::Result, job::JobId};
use parking_lot::RwLock;

use super::{Desk, StoredJob};

/// Hears of the end of jobs with one kind of [`Origin`](super::Origin), in the transaction that ends them.
pub(crate) trait JobEnd: Send + Sync + 'static {
    /// The job is over, in whatever state. `desk` belongs to the transaction that says so; an error prevents it.
    fn ended(&self, desk: &Desk<'_>, id: JobId, job: &StoredJob) -> Result<()>;

    /// Whether the job may be run once more, now that it has failed or was canceled. If so, it is, in
    /// the transaction of `desk`.
    fn may_run_again(&self, _desk: &Desk<'_>, _job: &StoredJob) -> Result<bool> {
        Ok(false)
    }
}

/// Who hears of which origin.
#[derive(Default)]
pub(in crate::functions) struct Ends(RwLock<HashMap<&'static str, Arc<dyn JobEnd>>>);

impl Ends {
    pub(super) fn register(&self, kind: &'static str, end: Arc<dyn JobEnd>) {
        self.0.write().insert(kind, end);
    }

    /// Tells whoever made the job.
    pub(super) fn tell(&self, desk: &Desk<'_>, id: JobId, job: &StoredJob) -> Result<()> {
        let Some(origin) = job.origin.as_ref().filter(|_| job.state.is_over()) else {
            return Ok(());
        };
        let end = self.find(&origin.kind);
        end.map_or(Ok(()), |end| end.ended(desk, id, job))
    }

    /// Asks whoever made the job.
    pub(super) fn may_run_again(&self, desk: &Desk<'_>, job: &StoredJob) -> Result<bool> {
        let Some(origin) = &job.origin else {
            return Ok(true);
        };
        let end = self.find(&origin.kind);
        end.map_or(Ok(false), |end| end.may_run_again(desk, job))
    }

    fn find(&self, kind: &str) -> Option<Arc<dyn JobEnd>> {
        self.0.read().get(kind).cloned()
    }
}

impl fmt::Debug for Ends {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.read().keys()).finish()
    }
}
