//! The application on a thread of its own, which can be stopped and started again on its data.

use std::{
    net::SocketAddr,
    sync::{Arc, mpsc},
    thread::JoinHandle,
};

use lunora_runtime::{
    database::OpenOptions,
    functions::{App, EngineOptions, Runtime},
    server::{Server, ServerOptions},
    store::{Embedded, Options},
    testing::TestIssuer,
};
use tempfile::TempDir;
use tokio::sync::oneshot;

pub(crate) struct Running {
    pub(crate) issuer: TestIssuer,
    pub(crate) addr: SocketAddr,
    data: Arc<TempDir>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Running {
    pub(crate) fn start() -> Self {
        let mut server = Self {
            issuer: TestIssuer::new("https://issuer.example", "test-app"),
            addr: SocketAddr::from(([127, 0, 0, 1], 0)),
            data: Arc::new(TempDir::new().unwrap()),
            stop: None,
            thread: None,
        };
        server.run();
        server
    }

    fn run(&mut self) {
        let (stop, stopped) = oneshot::channel();
        let (started, start) = mpsc::channel();
        let (app, data) = (crate::app().trust(self.issuer.trusted()), Arc::clone(&self.data));
        self.thread = Some(std::thread::spawn(move || serve(app, &data, stopped, &started)));
        self.stop = Some(stop);
        self.addr = start.recv().unwrap();
    }

    /// Asks the server to stop, and waits until it has.
    pub(crate) fn stop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }

    /// The same data on another address.
    pub(crate) fn restart(&mut self) {
        self.stop();
        self.run();
    }
}

fn serve(app: App, data: &TempDir, stopped: oneshot::Receiver<()>, started: &mpsc::Sender<SocketAddr>) {
    let mut tokio = tokio::runtime::Builder::new_multi_thread();
    let tokio = tokio.worker_threads(2).enable_all().build().unwrap();
    tokio.block_on(async {
        let store = Arc::new(Embedded::open(data.path(), Options::default()).unwrap());
        let opening = OpenOptions::default();
        let runtime = Runtime::open(app, store, EngineOptions::default(), opening).unwrap();
        let options = ServerOptions {
            addr: SocketAddr::from(([127, 0, 0, 1], 0)),
            ..ServerOptions::default()
        };
        let server = Server::bind(runtime, options).await.unwrap();
        started.send(server.local_addr()).unwrap();
        server.run_until(async { drop(stopped.await) }).await.unwrap();
    });
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.stop.take());
    }
}
