//! How a running action hears that its job was canceled.

use tokio::sync::watch;

/// Tells an action whether its job was canceled. An action that was not run as a job is never told so.
///
/// ```
/// # use lunora_core::error::Result;
/// # use lunora_runtime::functions::ActionCtx;
/// # async fn send(ctx: &ActionCtx, letters: Vec<String>) -> Result<()> {
/// for letter in letters {
///     if ctx.cancellation().is_requested() {
///         break;
///     }
///     // send it
/// #   drop(letter);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Cancellation(watch::Sender<bool>);

impl Default for Cancellation {
    fn default() -> Self {
        Self(watch::Sender::new(false))
    }
}

impl Cancellation {
    /// The job was canceled: what the action does from now on is wanted by nobody.
    pub fn is_requested(&self) -> bool {
        *self.0.borrow()
    }

    /// Resolves when the job is canceled: for a `select!` with what the action waits for.
    pub async fn requested(&self) {
        let mut requested = self.0.subscribe();
        // It fails only when the sender is gone, and this borrows it.
        let _ = requested.wait_for(|requested| *requested).await;
    }

    pub(super) fn request(&self) {
        self.0.send_replace(true);
    }
}
