//! A network between client and server that can break.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use lunora_client::Client;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream, tcp::OwnedReadHalf, tcp::OwnedWriteHalf},
    sync::watch,
};

/// Takes connections and passes bytes on, until it is told otherwise.
pub(crate) struct Proxy {
    addr: SocketAddr,
    state: Arc<State>,
}

struct State {
    target: Mutex<SocketAddr>,
    /// Connections that began under another number are cut.
    generation: watch::Sender<u32>,
    /// What the server says does not arrive.
    deaf: watch::Sender<bool>,
    /// Bytes that the client has sent.
    sent: watch::Sender<usize>,
    connections: watch::Sender<u32>,
}

impl Proxy {
    pub(crate) async fn to(target: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let state = Arc::new(State {
            target: Mutex::new(target),
            generation: watch::Sender::new(0),
            deaf: watch::Sender::new(false),
            sent: watch::Sender::new(0),
            connections: watch::Sender::new(0),
        });
        tokio::spawn({
            let state = Arc::clone(&state);
            async move {
                while let Ok((client, _)) = listener.accept().await {
                    tokio::spawn(pass(client, Arc::clone(&state)));
                }
            }
        });
        Self { addr, state }
    }

    pub(crate) fn client(&self) -> Client {
        Client::new(&format!("http://{}", self.addr)).unwrap()
    }

    /// Where new connections lead.
    pub(crate) fn lead_to(&self, target: SocketAddr) {
        *self.state.target.lock().unwrap() = target;
    }

    /// Ends all connections, without a word.
    pub(crate) fn cut(&self) {
        self.state.generation.send_modify(|generation| *generation += 1);
    }

    /// Whether what the server says gets lost.
    pub(crate) fn lose_answers(&self, lose: bool) {
        self.state.deaf.send_replace(lose);
    }

    pub(crate) fn sent(&self) -> usize {
        *self.state.sent.borrow()
    }

    /// Waits until the client has sent more than `bytes`.
    pub(crate) async fn has_sent_more_than(&self, bytes: usize) {
        let mut sent = self.state.sent.subscribe();
        sent.wait_for(|sent| *sent > bytes).await.unwrap();
    }

    /// Waits until so many connections have begun.
    pub(crate) async fn has_made_connections(&self, count: u32) {
        let mut connections = self.state.connections.subscribe();
        connections.wait_for(|begun| *begun >= count).await.unwrap();
    }

    pub(crate) fn connections(&self) -> u32 {
        *self.state.connections.borrow()
    }
}

async fn pass(client: TcpStream, state: Arc<State>) {
    state.connections.send_modify(|connections| *connections += 1);
    let mut generation = state.generation.subscribe();
    let began = *generation.borrow();
    let target = *state.target.lock().unwrap();
    let Ok(server) = TcpStream::connect(target).await else {
        return;
    };
    let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
    let up = copy(from_client, to_server, |bytes| {
        state.sent.send_modify(|sent| *sent += bytes);
        true
    });
    let down = copy(from_server, to_client, |_| !*state.deaf.borrow());
    tokio::select! {
        () = up => {}
        () = down => {}
        _ = generation.wait_for(|now| *now != began) => {}
    }
}

/// Passes bytes on; `seen` hears how many there are, and says whether they arrive.
async fn copy(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, seen: impl Fn(usize) -> bool) {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(bytes @ 1..) = from.read(&mut buffer).await {
        if seen(bytes) && to.write_all(&buffer[..bytes]).await.is_err() {
            return;
        }
    }
}
