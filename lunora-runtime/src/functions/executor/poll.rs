//! Polling a handler to its end, and telling when it waits on something that is not its context.

use std::{
    any::Any,
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
};

use lunora_core::error::{Error, Result};

/// The handler is pending on something that its context does not provide.
#[derive(Debug, thiserror::Error)]
#[error(
    "WaitsOutside: a query or mutation waits on nothing but its context, and this one was left pending on \
     something else (a timer, a channel, a socket or a lock). Do that work in an action and call the mutation from it"
)]
pub(crate) struct Outside;

/// The handler panicked.
#[derive(Debug, thiserror::Error)]
#[error("the function panicked: {0}")]
pub(crate) struct Panicked(String);

impl Panicked {
    pub(crate) fn new(payload: &(dyn Any + Send)) -> Self {
        let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let text = text.or_else(|| payload.downcast_ref::<String>().cloned());
        Self(text.unwrap_or_else(|| "with something that is no text".to_owned()))
    }
}

/// Remembers whether it was woken since it was last asked.
#[derive(Debug, Default)]
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Release);
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.0.store(true, Ordering::Release);
    }
}

/// Polls `future` until it is done. `check` runs before it is polled again and ends it with its error.
///
/// Everything a context offers is ready when it is polled. So a pending future has either given way to others
/// and woken itself, which is fine, or it waits for something outside, which is refused.
pub(crate) fn drive<T>(
    mut future: Pin<Box<dyn Future<Output = Result<T>> + Send + '_>>,
    mut check: impl FnMut() -> Result<()>,
) -> Result<T> {
    let woken = Arc::new(Woken::default());
    let waker = Waker::from(Arc::clone(&woken));
    let mut task = Context::from_waker(&waker);
    loop {
        match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(&mut task))) {
            Ok(Poll::Ready(result)) => return result,
            Ok(Poll::Pending) if woken.0.swap(false, Ordering::Acquire) => check()?,
            Ok(Poll::Pending) => return Err(Error::from(Outside)),
            Err(panic) => return Err(panicked(&*panic)),
        }
    }
}

/// What tokio says when a timer or socket is made where none can be, and nothing else does.
const NO_REACTOR: &str = "there is no reactor running";

fn panicked(panic: &(dyn Any + Send)) -> Error {
    match Panicked::new(panic) {
        Panicked(text) if text.starts_with(NO_REACTOR) => Error::from(Outside),
        panicked => Error::from(panicked),
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, poll_fn};

    use super::*;

    #[test]
    fn a_future_that_gives_way_to_others_goes_on() {
        let mut turns = 3;
        let future = poll_fn(move |task| {
            turns -= 1;
            task.waker().wake_by_ref();
            if turns == 0 {
                Poll::Ready(Ok(7))
            } else {
                Poll::Pending
            }
        });
        assert_eq!(drive(Box::pin(future), || Ok(())).unwrap(), 7);
    }

    #[test]
    fn a_future_that_waits_outside_is_refused() {
        let error = drive(Box::pin(pending::<Result<()>>()), || Ok(())).unwrap_err();
        assert!(error.downcast_ref::<Outside>().is_some());
    }

    #[test]
    fn a_timer_is_refused() {
        let sleep = async {
            tokio::time::sleep(std::time::Duration::from_secs(1)).await;
            Ok(())
        };
        let error = drive(Box::pin(sleep), || Ok(())).unwrap_err();
        assert!(error.downcast_ref::<Outside>().is_some(), "{error}");
    }

    #[test]
    fn a_panic_becomes_an_error_with_its_text() {
        let error = drive::<()>(Box::pin(async { panic!("no {}", "way") }), || Ok(())).unwrap_err();
        assert_eq!(error.to_string(), "the function panicked: no way");
    }
}
