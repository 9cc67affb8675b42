//! Frames on a TCP connection. Reading and control frames are tungstenite's; data frames, which have two to ten bytes
//! in front of the text, go straight into the buffer that is written.

use std::{
    io::{self, Read, Write},
    pin::Pin,
    task::{Context, Poll},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::Instant,
};
use tungstenite::{
    Bytes, Error, Message, Utf8Bytes,
    error::ProtocolError,
    protocol::{
        CloseFrame, Role, WebSocketConfig, WebSocketContext,
        frame::{
            FrameHeader,
            coding::{CloseCode, Data, OpCode},
        },
    },
};

use super::{end::End, outbox::Outbox};
use crate::server::{
    admission::{Quota, Share},
    stream::Stream,
};

/// Read at a time, and kept by every connection for as long as it is open.
const READ_BUFFER: usize = 4 << 10;
/// What stands before the payload of a control frame from a client.
const CONTROL_HEADER: usize = 6;
/// Longer messages are sent in pieces: clients in Rust take frames of 16 MiB at most.
const MAX_FRAME: usize = 1 << 20;
/// Messages up to this size are bounded by the number of connections alone.
const SMALL: usize = 64 << 10;

/// A WebSocket on the server's side.
pub(super) struct Socket {
    stream: Stream,
    context: WebSocketContext,
    pub(super) outbox: Outbox,
    meter: Meter,
    frame_bytes: usize,
}

/// What came from the client.
#[derive(Debug)]
pub(super) enum Incoming {
    /// A message, and its part of the memory for large ones.
    Text(Utf8Bytes, Option<Share>),
    /// A sign of life.
    Sign,
}

/// Counts what has arrived of a message that is not complete, but for what was read together with the one before it.
struct Meter {
    buffers: Quota,
    bytes: usize,
    /// When the first of these bytes came.
    begun: Option<Instant>,
    share: Option<Share>,
    is_over: bool,
}

impl Socket {
    /// `read` has come already. `buffers` bounds the memory for large messages of all connections.
    pub(super) fn new(
        stream: Stream,
        read: &[u8],
        frame_bytes: usize,
        buffers: Quota,
        unread: Quota,
    ) -> Self {
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER)
            // Everything tungstenite writes goes to the outbox at once.
            .write_buffer_size(0)
            .max_frame_size(Some(frame_bytes))
            .max_message_size(Some(frame_bytes));
        Self {
            stream,
            context: WebSocketContext::from_partially_read(read.to_vec(), Role::Server, Some(config)),
            outbox: Outbox::new(unread),
            meter: Meter {
                buffers,
                bytes: 0,
                begun: None,
                share: None,
                is_over: false,
            },
            frame_bytes,
        }
    }

    /// Since when a message is not complete.
    pub(super) fn begun(&self) -> Option<Instant> {
        self.meter.begun
    }

    /// The next thing that the client says.
    pub(super) fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<Result<Incoming, End>> {
        let mut pipe = Pipe {
            stream: Some((&mut self.stream, cx)),
            outbox: &mut self.outbox,
            meter: &mut self.meter,
        };
        match self.context.read(&mut pipe) {
            Err(Error::Io(error)) if error.kind() == io::ErrorKind::WouldBlock => Poll::Pending,
            Err(error) => Poll::Ready(Err(self.end_by(error))),
            Ok(message) => Poll::Ready(self.incoming(message)),
        }
    }

    fn incoming(&mut self, message: Message) -> Result<Incoming, End> {
        match message {
            Message::Text(text) => Ok(Incoming::Text(text, self.meter.restart())),
            // It may stand between the pieces of a message, which are still held.
            Message::Ping(payload) | Message::Pong(payload) => {
                self.meter.forget(CONTROL_HEADER + payload.len());
                Ok(Incoming::Sign)
            }
            Message::Frame(_) => Ok(Incoming::Sign),
            Message::Binary(_) => Err(End::Fatal(
                "messages are text, and this one was binary".to_owned(),
            )),
            Message::Close(_) => {
                // Writes the answer; that the connection is closed with it is no news.
                let _ = self
                    .context
                    .flush(&mut Pipe::to(&mut self.outbox, &mut self.meter));
                Err(End::Closed)
            }
        }
    }

    fn end_by(&self, error: Error) -> End {
        match error {
            _ if self.meter.is_over => End::Overloaded("too many large messages (limit: buffered_bytes)"),
            Error::ConnectionClosed | Error::AlreadyClosed => End::Closed,
            Error::Io(_) | Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => End::Gone,
            Error::Capacity(_) => End::Fatal(format!(
                "the message is larger than {} bytes (limit: frame_bytes)",
                self.frame_bytes
            )),
            Error::Utf8(_) => End::NotWebSocket(CloseCode::Invalid, "the text is not UTF-8".to_owned()),
            other => End::NotWebSocket(CloseCode::Protocol, other.to_string()),
        }
    }

    /// Puts a message into the outbox.
    pub(super) fn send(&mut self, text: &[u8]) {
        let mut opcode = OpCode::Data(Data::Text);
        let mut rest = text;
        loop {
            let (piece, more) = rest.split_at(rest.len().min(MAX_FRAME));
            let header = FrameHeader {
                is_final: more.is_empty(),
                opcode,
                ..FrameHeader::default()
            };
            // The outbox takes every write.
            let _ = header.format(
                piece.len() as u64,
                &mut Pipe::to(&mut self.outbox, &mut self.meter),
            );
            self.outbox.append(piece);
            if more.is_empty() {
                return;
            }
            (opcode, rest) = (OpCode::Data(Data::Continue), more);
        }
    }

    /// Asks the client for a sign of life.
    pub(super) fn ping(&mut self) {
        let mut pipe = Pipe::to(&mut self.outbox, &mut self.meter);
        // Fails only where the close frame is on its way.
        let _ = self.context.write(&mut pipe, Message::Ping(Bytes::new()));
    }

    /// Puts the close frame into the outbox; nothing can be sent after it.
    pub(super) fn close(&mut self, frame: Option<CloseFrame>) {
        let mut pipe = Pipe::to(&mut self.outbox, &mut self.meter);
        let _ = self.context.close(&mut pipe, frame);
    }

    /// Writes the outbox until it is empty.
    pub(super) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.outbox.is_empty() {
            match Pin::new(&mut self.stream).poll_write(cx, self.outbox.unsent()) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Ok(0)) => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                Poll::Ready(Ok(sent)) => self.outbox.advance(sent),
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
            }
        }
        Poll::Ready(Ok(()))
    }

    /// What remains when no frames are written any more: the connection itself.
    pub(super) fn into_stream(self) -> Stream {
        self.stream
    }
}

impl Meter {
    fn add(&mut self, bytes: usize) -> bool {
        self.bytes += bytes;
        self.begun.get_or_insert_with(Instant::now);
        if self.bytes > SMALL {
            let share = self.share.get_or_insert_with(|| self.buffers.empty());
            self.is_over = !share.grow_to(self.bytes);
        }
        !self.is_over
    }

    /// So many bytes were not of a message.
    fn forget(&mut self, bytes: usize) {
        self.bytes = self.bytes.saturating_sub(bytes);
        if self.bytes == 0 {
            self.begun = None;
        }
    }

    /// A message is complete.
    fn restart(&mut self) -> Option<Share> {
        (self.bytes, self.begun) = (0, None);
        self.share.take()
    }
}

/// What tungstenite reads from and writes to: it reads from the connection and writes into the outbox.
struct Pipe<'a, 'c> {
    /// Nothing where there is nothing to be read.
    stream: Option<(&'a mut Stream, &'a mut Context<'c>)>,
    outbox: &'a mut Outbox,
    meter: &'a mut Meter,
}

impl<'a> Pipe<'a, '_> {
    fn to(outbox: &'a mut Outbox, meter: &'a mut Meter) -> Self {
        Self {
            stream: None,
            outbox,
            meter,
        }
    }
}

impl Read for Pipe<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some((stream, cx)) = &mut self.stream else {
            return Err(io::ErrorKind::WouldBlock.into());
        };
        let mut buffer = ReadBuf::new(buffer);
        match Pin::new(&mut **stream).poll_read(cx, &mut buffer) {
            Poll::Pending => Err(io::ErrorKind::WouldBlock.into()),
            Poll::Ready(Err(error)) => Err(error),
            Poll::Ready(Ok(())) => {
                let read = buffer.filled().len();
                if self.meter.add(read) {
                    Ok(read)
                } else {
                    Err(io::ErrorKind::OutOfMemory.into())
                }
            }
        }
    }
}

impl Write for Pipe<'_, '_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.outbox.append(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
