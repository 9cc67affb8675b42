//! `serve`: the application over HTTP until it is told to stop.

use std::{io, sync::Arc};

use super::{
    Failure,
    args::Serve,
    block_on,
    data_dir::DataDir,
    output::print,
    progress,
    signals::{end_of_stdin, told_to_stop},
    trust,
};
use crate::{
    functions::{App, EngineOptions, NewKey, Runtime},
    server::{AllowedOrigins, LogRing, Server, ServerOptions},
    store::{Memory, Store, advice},
};

/// Serves; `logs` has what is logged meanwhile.
pub(super) fn serve(app: App, options: &Serve, logs: Option<LogRing>) -> Result<(), Failure> {
    block_on(async {
        match &options.data {
            Some(path) => serve_data(app, &DataDir::new(path), options, logs).await,
            None => serve_memory(app, options, logs).await,
        }
    })
}

/// Serves what is in a directory.
async fn serve_data(
    app: App,
    directory: &DataDir<'_>,
    options: &Serve,
    logs: Option<LogRing>,
) -> Result<(), Failure> {
    let store = directory.open(options.memory)?.ok_or_else(|| held(directory))?;
    let runtime = open(app, store, options, |key| directory.write_admin_key(key.expose()))?;
    let server = bind(&runtime, options, logs).await?;
    let url = url(&server);
    // Before the greeting: who reads that may go on to `run` at once, which looks for the address.
    directory.write_address(&url).map_err(Failure::unusable)?;
    let (data, key) = (directory.path().display(), directory.admin_key());
    let gone = if key.exists() {
        ""
    } else {
        " (which is gone; the store knows only its hash)"
    };
    print(format_args!(
        "Lunora serves {url}\n  data       {data}\n  admin key  in {}{gone}\n{}",
        key.display(),
        trusted(&runtime),
    ))?;
    let ended = run(&runtime, server, options).await;
    directory.remove_address();
    ended
}

/// Serves from memory. There is no file for the admin key, so it is shown; it is gone with the data.
async fn serve_memory(app: App, options: &Serve, logs: Option<LogRing>) -> Result<(), Failure> {
    let mut admin_key = String::new();
    let runtime = open(app, Arc::new(Memory::new()), options, |key| {
        key.expose().clone_into(&mut admin_key);
        Ok(())
    })?;
    let server = bind(&runtime, options, logs).await?;
    print(format_args!(
        "Lunora serves {}\n  data       in memory: gone when the server ends\n  admin key  {admin_key}\n{}",
        url(&server),
        trusted(&runtime),
    ))?;
    run(&runtime, server, options).await
}

/// Opens the application on its data; `keep` puts the first admin key where its owner finds it.
fn open(
    app: App,
    store: Arc<dyn Store>,
    options: &Serve,
    keep: impl FnOnce(&NewKey) -> io::Result<()>,
) -> Result<Runtime, Failure> {
    let engine = EngineOptions {
        issuers: trust::issuers(&options.trust)?,
        limits: options.limits.transaction,
        calls: options.limits.call,
        // Within the budget, unless more was asked for.
        live: options.limits.live,
        ..options.memory.engine(EngineOptions::default())
    };
    let opening = progress::opening(options.memory);
    let runtime = Runtime::open(app, store, engine, opening).map_err(Failure::unusable)?;
    let kept = runtime.ensure_admin_key(keep).map_err(Failure::unusable)?;
    kept.map_err(|error| {
        let advice = advice(&error);
        Failure::unusable(format!("the admin key cannot be written: {error}{advice}"))
    })?;
    Ok(runtime)
}

async fn bind(runtime: &Runtime, options: &Serve, logs: Option<LogRing>) -> Result<Server, Failure> {
    let cors = match options.origins.as_slice() {
        [] => AllowedOrigins::Any,
        origins => AllowedOrigins::Listed(origins.to_vec()),
    };
    let (addr, dev) = (options.addr, options.dev);
    let limits = options.limits.server;
    let options = ServerOptions {
        addr,
        cors,
        dev,
        logs,
        limits,
        ..ServerOptions::default()
    };
    Server::bind(runtime.clone(), options)
        .await
        .map_err(Failure::unusable)
}

fn url(server: &Server) -> String {
    format!("http://{}", server.local_addr())
}

/// The line of the greeting about whose tokens are taken; none if nobody's are.
fn trusted(runtime: &Runtime) -> String {
    match runtime.tokens().issuers().as_slice() {
        [] => String::new(),
        issuers => format!("  trusts     {}\n", issuers.join(", ")),
    }
}

/// Serves until the process is told to stop or the store fails.
async fn run(runtime: &Runtime, server: Server, options: &Serve) -> Result<(), Failure> {
    runtime.tokens().warm_up();
    let purge = tokio::spawn({
        let runtime = runtime.clone();
        async move { runtime.purge_expired().await }
    });
    let ended = tokio::select! {
        ended = server.run_until(stop(options.while_stdin)) => ended.map_err(Failure::unusable),
        error = runtime.failed() => Err(Failure::unusable(format!(
            "the store has failed and the server stops rather than guess what is on disk: {error}. See that the disk \
             works, can be read and written and has room, then start again; everything that was acknowledged had reached it"
        ))),
    };
    purge.abort();
    ended
}

/// Ends when the process is told to stop.
async fn stop(while_stdin: bool) {
    if while_stdin {
        tokio::select! {
            () = told_to_stop() => {}
            () = end_of_stdin() => {}
        }
    } else {
        told_to_stop().await;
    }
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
