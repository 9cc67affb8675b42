//! The server as a whole: listening, accepting, and coming to an end.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use hyper::server::conn::http1;
use tokio::{
    net::{TcpListener, TcpStream},
    time::{sleep, timeout},
};

use crate::store::StoreError;

use super::{
    admission::{Quota, Share},
    connection::{protocol, serve, turn_away},
    entry::{Entry, Shared},
    lifecycle::Phase,
    options::ServerOptions,
    stream::Stream,
};
use crate::{functions::Runtime, triggers::Triggers};

/// Why a server cannot start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BindError {
    /// The address is taken, or not this machine's.
    #[error("cannot listen on {addr}: {source}. Choose another address with `--addr HOST:PORT`")]
    Listen {
        /// The address.
        addr: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// Dev mode shows system errors to everybody, so it stays on this machine.
    #[error(
        "dev mode is for loopback addresses only, and {0} is not one: leave out `--dev`, or listen on 127.0.0.1"
    )]
    DevMode(SocketAddr),
}

/// A server that listens. It answers once it [runs](Server::run_until).
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    addr: SocketAddr,
    protocol: http1::Builder,
    entry: Entry,
    shared: Arc<Shared>,
    connections: Quota,
    /// Clients who are being told that there is no room.
    turned_away: Quota,
}

/// How many clients are told at one time that there is no room; others find the door shut.
const TURNED_AWAY: usize = 256;

impl Server {
    /// Starts to listen.
    pub async fn bind(runtime: Runtime, options: ServerOptions) -> Result<Self, BindError> {
        if options.dev && !options.addr.ip().is_loopback() {
            return Err(BindError::DevMode(options.addr));
        }
        let fail = |source| BindError::Listen {
            addr: options.addr,
            source,
        };
        let listener = TcpListener::bind(options.addr).await.map_err(fail)?;
        let addr = listener.local_addr().map_err(fail)?;
        let limits = options.limits;
        let shared = Arc::new(Shared::new(runtime, options));
        Ok(Self {
            listener,
            addr,
            protocol: protocol(&limits),
            entry: Entry::new(Arc::clone(&shared)),
            shared,
            connections: Quota::new(limits.connections),
            turned_away: Quota::new(TURNED_AWAY),
        })
    }

    /// The address that it listens on.
    pub fn local_addr(&self) -> SocketAddr {
        self.addr
    }

    /// Serves, and runs jobs, until `shutdown` resolves; then takes nothing new, finishes what runs for as long as
    /// [`shutdown_timeout`](super::ServerLimits::shutdown_timeout), and shuts the runtime down.
    pub async fn run_until(self, shutdown: impl Future<Output = ()>) -> Result<(), StoreError> {
        tokio::select! {
            biased;
            () = shutdown => {}
            failed = self.serve() => failed?,
        }
        let Self { listener, shared, .. } = self;
        drop(listener);
        drain(&shared).await;
        shared.runtime.shutdown().await
    }

    /// Runs what runs by itself, and accepts for ever.
    async fn serve(&self) -> Result<(), StoreError> {
        let triggers = Triggers::start(&self.shared.runtime).await;
        let triggers = triggers.map_err(|error| StoreError::Failed(error.to_string().into()))?;
        self.accept_all().await;
        drop(triggers);
        Ok(())
    }

    /// Accepts for ever.
    async fn accept_all(&self) {
        loop {
            match self.listener.accept().await {
                Ok((tcp, _)) => self.admit(tcp),
                Err(error) => rest_after(&error).await,
            }
        }
    }

    fn admit(&self, tcp: TcpStream) {
        if let Err(error) = tcp.set_nodelay(true) {
            tracing::debug!(%error, "a connection was gone before it began");
            return;
        }
        if let Some(place) = self.connections.take(1) {
            let stream = Stream::new(tcp, self.shared.options.limits.write_timeout, place);
            let end = self.shared.lifecycle.watch();
            tokio::spawn(serve(self.protocol.clone(), stream, self.entry.clone(), end));
        } else if let Some(place) = self.turned_away.take(1) {
            tokio::spawn(holding(place, turn_away(tcp)));
        }
    }
}

async fn holding(place: Share, work: impl Future<Output = ()>) {
    work.await;
    drop(place);
}

/// Out of file descriptors, most likely: trying again at once would only burn the processor.
async fn rest_after(error: &io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionReset};
    if !matches!(error.kind(), ConnectionAborted | ConnectionReset) {
        tracing::error!(%error, "cannot accept connections");
        sleep(Duration::from_millis(100)).await;
    }
}

async fn drain(shared: &Shared) {
    let (limit, lifecycle) = (shared.options.limits.shutdown_timeout, &shared.lifecycle);
    lifecycle.enter(Phase::Draining);
    if timeout(limit, lifecycle.left_by_all()).await.is_err() {
        tracing::warn!(
            ?limit,
            "requests still run (limit: shutdown_timeout); dropping them"
        );
        lifecycle.enter(Phase::Cut);
        // A function that never yields keeps its connection; it cannot be waited for.
        let _ = timeout(Duration::from_secs(1), lifecycle.left_by_all()).await;
    }
}
