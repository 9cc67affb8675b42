//! One connection: serving it, or turning it away.

use std::{pin::pin, time::Duration};

use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use super::{
    entry::Entry,
    lifecycle::{Phase, Watch},
    options::ServerLimits,
    stream::Stream,
};

/// Settings of all connections.
pub(super) fn protocol(limits: &ServerLimits) -> http1::Builder {
    /// Bodies are read in pieces of at most this size, and smaller ones are not copied.
    const BUFFER: usize = 64 << 10;
    let mut protocol = http1::Builder::new();
    protocol
        .timer(TokioTimer::new())
        // A client may say that it has no more to ask, and still wants the answer.
        .half_close(true)
        .header_read_timeout(limits.head_timeout)
        .max_header_size(limits.head_bytes)
        .max_buf_size(limits.head_bytes.max(BUFFER));
    protocol
}

/// Serves a connection until the client or the server has had enough.
pub(super) async fn serve(protocol: http1::Builder, stream: Stream, entry: Entry, mut end: Watch) {
    let io = TokioIo::new(stream);
    let mut connection = pin!(protocol.serve_connection(io, entry).with_upgrades());
    let served = tokio::select! {
        biased;
        served = connection.as_mut() => served,
        () = end.entered(Phase::Draining) => {
            connection.as_mut().graceful_shutdown();
            tokio::select! {
                biased;
                served = connection => served,
                () = end.entered(Phase::Cut) => Ok(()),
            }
        }
    };
    if let Err(error) = served {
        tracing::debug!(%error, "connection ended");
    }
}

const TURNED_AWAY: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\n\
    content-type: application/json\r\n\
    retry-after: 1\r\n\
    connection: close\r\n\
    content-length: 91\r\n\r\n\
    {\"code\":\"Overloaded\",\"message\":\"The server has too many connections (limit: connections).\"}";

/// Tells a client that there is no room, without reading what it wants.
pub(super) async fn turn_away(mut tcp: TcpStream) {
    /// Closing with unread bytes would take the answer away from the client again.
    const LINGER: Duration = Duration::from_secs(1);
    let farewell = async {
        tcp.write_all(TURNED_AWAY).await?;
        tcp.shutdown().await?;
        let mut unread = [0; 1024];
        while tcp.read(&mut unread).await? > 0 {}
        std::io::Result::Ok(())
    };
    // Whether it was heard makes no difference.
    let _ = timeout(LINGER, farewell).await;
}

#[cfg(test)]
mod tests {
    use super::TURNED_AWAY;

    #[test]
    fn the_prepared_answer_is_as_long_as_it_says() {
        let text = str::from_utf8(TURNED_AWAY).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(
            head.contains(&format!("content-length: {}", body.len())),
            "{}",
            body.len()
        );
        assert!(serde_json::from_str::<serde_json::Value>(body).is_ok());
    }
}
