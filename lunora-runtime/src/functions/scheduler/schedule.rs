//! A call that is about to be scheduled.

use std::{fmt, future::IntoFuture, marker::PhantomData, time::Duration};

use lunora_core::{
    error::Result,
    job::JobId,
    reference::{FunctionKind, FunctionRef},
    time::Time,
    value::Object,
};

use super::{JobKind, NewJob, Retries, writer::Place};
use crate::functions::BoxFuture;

/// A call and its time, to be awaited: then it is scheduled, and the id of its job is known.
#[must_use = "nothing is scheduled before this is awaited"]
pub struct Schedule<'a, F> {
    place: Place<'a>,
    due: Time,
    args: Result<Object>,
    retries: Option<Retries>,
    as_caller: bool,
    function: PhantomData<fn() -> F>,
}

impl<'a, F: FunctionRef> Schedule<'a, F> {
    pub(super) fn new(place: Place<'a>, due: Time, args: Result<Object>) -> Self {
        Self {
            place,
            due,
            args,
            retries: None,
            as_caller: false,
            function: PhantomData,
        }
    }

    /// Runs it again up to `times` times when it fails: after `backoff`, then twice that, and so on, up to an hour.
    ///
    /// An action then runs at least once, and may run again after a crash: the world should know it by
    /// [`ActionCtx::job_id`](crate::functions::ActionCtx::job_id), which stays the same.
    pub fn retry(self, times: u32, backoff: Duration) -> Self {
        Self {
            retries: Some(Retries::new(times, backoff)),
            ..self
        }
    }

    /// Runs it for the user that this function is called for. Without this it runs for nobody.
    pub fn run_as_caller(self) -> Self {
        Self {
            as_caller: true,
            ..self
        }
    }
}

impl<'a, F: FunctionRef> IntoFuture for Schedule<'a, F> {
    type Output = Result<JobId>;
    type IntoFuture = BoxFuture<'a, Result<JobId>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let function = self.place.engine().functions.referenced::<F>()?;
            let identity = if self.as_caller { self.place.caller() } else { None };
            let job = NewJob {
                target: function.path.to_owned(),
                kind: JobKind::of(F::Kind::KIND),
                args: self.args?,
                due: self.due,
                retries: self.retries,
                identity,
                origin: None,
            };
            self.place.schedule(job).await
        })
    }
}

impl<F: FunctionRef> fmt::Debug for Schedule<'_, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Schedule")
            .field("function", &F::PATH)
            .field("due", &self.due)
            .finish_non_exhaustive()
    }
}
