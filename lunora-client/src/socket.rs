//! The WebSocket: text out, text in.

use std::time::Duration;

use futures_util::{
    SinkExt, StreamExt,
    stream::{SplitSink, SplitStream},
};
use tokio::{net::TcpStream, sync::mpsc, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream,
    tungstenite::{
        Error, Message,
        client::IntoClientRequest,
        http::{HeaderValue, Request},
        protocol::{CloseFrame, WebSocketConfig},
    },
};

type Stream = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// How long a server may take to accept a connection.
const CONNECT_PATIENCE: Duration = Duration::from_secs(20);
/// Largest message that is read.
const LARGEST_MESSAGE: usize = 1 << 28;
/// What the server is told about its client.
const CLIENT: &str = concat!("lunora-", env!("CARGO_PKG_VERSION"));

/// An open connection.
#[derive(Debug)]
pub(crate) struct Socket {
    incoming: SplitStream<Stream>,
    outgoing: mpsc::UnboundedSender<String>,
}

/// What came in.
#[derive(Debug)]
pub(crate) enum Frame {
    /// A message.
    Text(String),
    /// A sign of life.
    Other,
    /// The end, and why.
    End(String),
}

impl Socket {
    pub(crate) async fn connect(url: &str) -> Result<Self, String> {
        let opened = timeout(CONNECT_PATIENCE, open(url)).await;
        let stream = opened.map_err(|_| "the server does not answer".to_owned())??;
        let (sink, incoming) = stream.split();
        let (outgoing, messages) = mpsc::unbounded_channel();
        tokio::spawn(write(sink, messages));
        Ok(Self { incoming, outgoing })
    }

    /// Sends a message, in the background: reading goes on while the server does not read.
    pub(crate) fn send(&self, message: String) {
        // That the connection is broken is seen where it is read.
        let _ = self.outgoing.send(message);
    }

    pub(crate) async fn next(&mut self) -> Frame {
        match self.incoming.next().await {
            Some(Ok(Message::Text(text))) => Frame::Text(text.as_str().to_owned()),
            Some(Ok(Message::Close(frame))) => Frame::End(reason(frame)),
            Some(Ok(_)) => Frame::Other,
            Some(Err(error)) => Frame::End(error.to_string()),
            None => Frame::End("the connection has ended".to_owned()),
        }
    }
}

fn reason(frame: Option<CloseFrame>) -> String {
    frame.map_or_else(
        || "closed".to_owned(),
        |frame| format!("{} {}", u16::from(frame.code), frame.reason),
    )
}

/// Writes until the socket is dropped, and says goodbye.
async fn write(mut sink: SplitSink<Stream, Message>, mut messages: mpsc::UnboundedReceiver<String>) {
    while let Some(message) = messages.recv().await {
        if sink.feed(Message::text(message)).await.is_err() {
            return;
        }
        // What is waiting goes with it.
        if messages.is_empty() && sink.flush().await.is_err() {
            return;
        }
    }
    let _ = sink.close().await;
}

async fn open(url: &str) -> Result<Stream, String> {
    let request = request(url).map_err(|error| error.to_string())?;
    let config = WebSocketConfig::default()
        .max_message_size(Some(LARGEST_MESSAGE))
        .max_frame_size(Some(LARGEST_MESSAGE));
    let opened = connect(request, config).await?;
    opened.map_err(|error| error.to_string())
}

fn request(url: &str) -> Result<Request<()>, Error> {
    let mut request = url.into_client_request()?;
    request
        .headers_mut()
        .insert("convex-client", HeaderValue::from_static(CLIENT));
    Ok(request)
}

#[cfg(feature = "tls")]
async fn connect(request: Request<()>, config: WebSocketConfig) -> Result<Result<Stream, Error>, String> {
    let tls = crate::tls::connector()?;
    let opened =
        tokio_tungstenite::connect_async_tls_with_config(request, Some(config), true, Some(tls)).await;
    Ok(opened.map(|(stream, _)| stream))
}

#[cfg(not(feature = "tls"))]
async fn connect(request: Request<()>, config: WebSocketConfig) -> Result<Result<Stream, Error>, String> {
    let opened = tokio_tungstenite::connect_async_with_config(request, Some(config), true).await;
    Ok(opened.map(|(stream, _)| stream))
}
