//! SIGINT and SIGTERM: the first asks, the second insists.

use std::process;

use tokio::signal;

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
