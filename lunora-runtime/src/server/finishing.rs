//! Calls that come to their end, whoever waits for them.

use std::{
    any::Any,
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    task::{Context, Poll},
};

use tokio::runtime::Handle;

type Work<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// A future that runs where it is awaited, and when it is dropped before its end goes on as a task of its own.
///
/// A task from the start would do the same, and cost every call a second task to be woken.
pub(super) struct Finishing<T: Send + 'static> {
    /// None after the end.
    work: Option<Work<T>>,
}

impl<T: Send + 'static> Finishing<T> {
    pub(super) fn new(work: impl Future<Output = T> + Send + 'static) -> Self {
        Self {
            work: Some(Box::pin(work)),
        }
    }
}

impl<T: Send + 'static> Future for Finishing<T> {
    /// The result, or what the work panicked with.
    type Output = Result<T, Box<dyn Any + Send>>;

    fn poll(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(work) = &mut self.work else {
            return Poll::Pending;
        };
        let result = match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(task))) {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(value)) => Ok(value),
            Err(panic) => Err(panic),
        };
        self.work = None;
        Poll::Ready(result)
    }
}

impl<T: Send + 'static> Drop for Finishing<T> {
    fn drop(&mut self) {
        // Outside of a runtime the process is ending, and nothing can go on.
        if let (Some(work), Ok(runtime)) = (self.work.take(), Handle::try_current()) {
            runtime.spawn(work);
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::Finishing;

    #[tokio::test]
    async fn what_is_dropped_goes_on() {
        let (go, wait) = oneshot::channel::<()>();
        let (done, end) = oneshot::channel();
        let mut work = Box::pin(Finishing::new(async move {
            let _ = wait.await;
            let _ = done.send(7);
        }));
        let waker = std::task::Waker::noop();
        let first = work.as_mut().poll(&mut std::task::Context::from_waker(waker));
        assert!(first.is_pending());
        drop(work);
        go.send(()).unwrap();
        assert_eq!(end.await, Ok(7));
    }

    #[tokio::test]
    async fn a_panic_is_an_outcome() {
        let work = Finishing::new(async { panic!("on purpose") });
        let panic = work.await.unwrap_err();
        assert_eq!(panic.downcast_ref(), Some(&"on purpose"));
    }
}
