//! `serve`: the application over HTTP until it is told to stop.

use std::{io::IsTerminal, sync::Arc};

use tokio::signal;

use super::{Failure, args::Serve, data_dir::DataDir};
use crate::{
    database::{OpenOptions, Progress},
    functions::{App, EngineOptions, NewKey, Runtime},
    server::{AllowedOrigins, Server, ServerOptions},
    store::{Memory, Store},
};

pub(super) fn serve(app: App, options: &Serve) -> Result<(), Failure> {
    let tokio = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Failure::unusable)?;
    tokio.block_on(serve_on(app, options))
}

async fn serve_on(app: App, options: &Serve) -> Result<(), Failure> {
    let directory = options.data.as_deref().map(DataDir::new);
    let runtime = open(app, directory.as_ref())?;
    let server = Server::bind(runtime.clone(), server_options(options)).await;
    let server = server.map_err(Failure::unusable)?;
    let url = format!("http://{}", server.local_addr());
    // Before the greeting: who reads that may go on to `run` at once, which looks for the address.
    if let Some(directory) = &directory {
        directory.write_address(&url).map_err(Failure::unusable)?;
    }
    greet(&url, directory.as_ref());
    let purge = tokio::spawn({
        let runtime = runtime.clone();
        async move { runtime.purge_expired().await }
    });
    let ended = tokio::select! {
        ended = server.run_until(told_to_stop()) => ended.map_err(Failure::unusable),
        error = runtime.failed() => Err(Failure::unusable(format!(
            "the store has failed and the server stops rather than guess what is on disk: {error}. Free space or repair \
             the disk, then start again; everything that was acknowledged is there"
        ))),
    };
    purge.abort();
    if let Some(directory) = &directory {
        directory.remove_address();
    }
    ended
}

/// Opens the data, in memory if there is no directory, and keeps the first admin key where its owner finds it.
fn open(app: App, directory: Option<&DataDir<'_>>) -> Result<Runtime, Failure> {
    let store: Arc<dyn Store> = match directory {
        Some(directory) => directory.open()?.ok_or_else(|| held(directory))?,
        None => Arc::new(Memory::new()),
    };
    let runtime =
        Runtime::open(app, store, EngineOptions::default(), show_progress()).map_err(Failure::unusable)?;
    let keep = |key: &NewKey| match directory {
        Some(directory) => directory.write_admin_key(key.expose()),
        // In memory there is no file, and the key is gone with the data.
        None => {
            println!("  admin key  {}", key.expose());
            Ok(())
        }
    };
    let kept = runtime.ensure_admin_key(keep).map_err(Failure::unusable)?;
    kept.map_err(|error| Failure::unusable(format!("the admin key cannot be written: {error}")))?;
    Ok(runtime)
}

fn held(directory: &DataDir<'_>) -> Failure {
    let by = directory
        .read_address()
        .map_or_else(|_| String::new(), |address| format!(" (it serves {address})"));
    Failure::unusable(format!(
        "the data directory {} is held by another process{by}. Stop that one, or take another directory with --data",
        directory.path().display(),
    ))
}

fn server_options(options: &Serve) -> ServerOptions {
    let cors = match options.origins.as_slice() {
        [] => AllowedOrigins::Any,
        origins => AllowedOrigins::Listed(origins.to_vec()),
    };
    ServerOptions {
        addr: options.addr,
        dev: options.dev,
        cors,
        ..ServerOptions::default()
    }
}

fn greet(url: &str, directory: Option<&DataDir<'_>>) {
    println!("Lunora serves {url}");
    match directory {
        Some(directory) => {
            println!("  data       {}", directory.path().display());
            println!("  admin key  in {}", directory.admin_key().display());
        }
        None => println!("  data       in memory: gone when the server ends"),
    }
}

/// Ends on the first SIGINT or SIGTERM.
async fn told_to_stop() {
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
    tracing::info!("stopping; calls that run are finished first");
}

/// Shows the progress of bringing the data in line with the schema: on one line in a terminal, else in the log.
pub(super) fn show_progress() -> OpenOptions {
    OpenOptions {
        progress: Box::new(report_progress()),
        ..OpenOptions::default()
    }
}

pub(super) fn report_progress() -> impl FnMut(Progress<'_>) + Send {
    let terminal = std::io::stderr().is_terminal();
    move |progress| {
        if terminal {
            let end = if progress.done >= progress.total { "\n" } else { "" };
            eprint!("\r{progress}\x1b[K{end}");
        } else {
            tracing::info!("{progress}");
        }
    }
}
