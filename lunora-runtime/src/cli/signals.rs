//! SIGINT and SIGTERM: the first asks, the second insists. And the end of standard input, for a process that is held by
//! another.

use std::{io, process, thread};

use tokio::{signal, sync::oneshot};

/// Exit code of a process that was told twice to stop: 128 and the number of SIGINT, as shells have it.
const INSISTED: i32 = 130;

/// Ends when the process is told to stop. From then on the next such signal ends the process at once, which loses
/// nothing that was acknowledged.
pub(super) async fn told_to_stop() {
    signal().await;
    tracing::info!("stopping; calls that run are finished first (once more to stop at once)");
    tokio::spawn(async {
        signal().await;
        tracing::warn!("stopped without waiting");
        process::exit(INSISTED);
    });
}

async fn signal() {
    let interrupted = signal::ctrl_c();
    #[cfg(unix)]
    let terminated = async {
        match signal::unix::signal(signal::unix::SignalKind::terminate()) {
            Ok(mut terminated) => terminated.recv().await.is_some(),
            // Without that signal there is still the other one.
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<bool>();
    tokio::select! {
        _ = interrupted => {}
        _ = terminated => {}
    }
}

/// Ends when standard input does: whoever held the other end has let go of it, or is gone.
pub(super) async fn end_of_stdin() {
    let (ended, end) = oneshot::channel::<()>();
    // A thread of its own, because a read cannot be given up and the process must not wait for it.
    thread::spawn(move || {
        let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
        drop(ended);
    });
    let _ = end.await;
}
