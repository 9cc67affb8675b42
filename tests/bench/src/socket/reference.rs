//! The same by hand on a plain WebSocket: the bank on `SQLite`, and a broadcast.

use futures_util::{SinkExt, StreamExt, stream::SplitSink};
use serde::Deserialize;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{
        broadcast::{self, error::RecvError},
        mpsc, oneshot,
    },
};
use tokio_tungstenite::{WebSocketStream, accept_async, tungstenite::Message};

use crate::{
    Outcome,
    sqlite::{Bank, Commits},
};

/// Notifications that may wait for a connection.
const WAITING: usize = 1_024;

/// What a client says, as far as it matters here.
#[derive(Deserialize)]
#[serde(tag = "type")]
enum Said {
    #[serde(rename_all = "camelCase")]
    Mutation {
        request_id: u32,
        args: [Arguments; 1],
    },
    ModifyQuerySet {},
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Arguments {
    from: u32,
    to: u32,
    amount: i64,
}

type Outgoing = SplitSink<WebSocketStream<TcpStream>, Message>;

/// Serves the bank: every transfer is on disk before its answer, and answers leave in order.
pub(crate) fn bank() -> Outcome<()> {
    let directory = tempfile::tempdir()?;
    let bank = Bank::open(&directory.path().join("bank.sqlite"), Commits::Groups)?;
    serve(move |stream| {
        let bank = bank.clone();
        async move { transfers(stream, bank).await }
    })
}

/// Serves a broadcast: what a transfer does is answered, and told to all.
pub(crate) fn broadcast() -> Outcome<()> {
    let (news, _) = broadcast::channel(WAITING);
    serve(move |stream| {
        let (news, heard) = (news.clone(), news.subscribe());
        async move { pass_on(stream, news, heard).await }
    })
}

fn serve<F>(connection: impl Fn(TcpStream) -> F) -> Outcome<()>
where
    F: Future<Output = Outcome<()>> + Send + 'static,
{
    tokio::runtime::Runtime::new()?.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("serving on http://{}", listener.local_addr()?);
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            // A client that goes ends its connection and nothing else.
            tokio::spawn(connection(stream));
        }
    })
}

async fn transfers(stream: TcpStream, bank: Bank) -> Outcome<()> {
    let (outgoing, mut incoming) = accept_async(stream).await?.split();
    let (begun, to_answer) = mpsc::unbounded_channel();
    let answering = tokio::spawn(answer_in_order(outgoing, to_answer));
    while let Some(Message::Text(text)) = incoming.next().await.transpose()? {
        if let Said::Mutation {
            request_id,
            args: [args],
        } = serde_json::from_str(&text)?
        {
            begun.send((request_id, bank.begin(args.from, args.to, args.amount)?))?;
        }
    }
    drop(begun);
    answering.await?
}

async fn answer_in_order(
    mut outgoing: Outgoing,
    mut to_answer: mpsc::UnboundedReceiver<(u32, oneshot::Receiver<bool>)>,
) -> Outcome<()> {
    while let Some((id, mut done)) = to_answer.recv().await {
        let done = match done.try_recv() {
            Ok(done) => done,
            // Nothing is kept back while something is waited for.
            Err(_) => {
                outgoing.flush().await?;
                done.await?
            }
        };
        outgoing.feed(answer(id, done)).await?;
        if to_answer.is_empty() {
            outgoing.flush().await?;
        }
    }
    Ok(())
}

async fn pass_on(
    stream: TcpStream,
    news: broadcast::Sender<Message>,
    mut heard: broadcast::Receiver<Message>,
) -> Outcome<()> {
    let (mut outgoing, mut incoming) = accept_async(stream).await?.split();
    loop {
        tokio::select! {
            said = incoming.next() => {
                let Some(Message::Text(text)) = said.transpose()? else { return Ok(()) };
                match serde_json::from_str(&text)? {
                    Said::Mutation { request_id, .. } => {
                        outgoing.send(answer(request_id, true)).await?;
                        // Somebody is always there: this connection.
                        let _ = news.send(notification());
                    }
                    Said::ModifyQuerySet {} => outgoing.send(notification()).await?,
                    Said::Other => {}
                }
            }
            notification = heard.recv() => match notification {
                Ok(notification) => outgoing.send(notification).await?,
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return Ok(()),
            }
        }
    }
}

fn answer(id: u32, done: bool) -> Message {
    Message::text(format!(
        r#"{{"type":"MutationResponse","requestId":{id},"success":{done},"result":null}}"#
    ))
}

/// As long as what Lunora tells of a balance.
fn notification() -> Message {
    Message::text(
        r#"{"type":"Transition","startVersion":{"querySet":1,"identity":0,"ts":"AAAAAAAAAAA="},"endVersion":{"querySet":1,"identity":0,"ts":"AAAAAAAAAAA="},"modifications":[{"type":"QueryUpdated","queryId":0,"value":1000000.0,"logLines":[],"journal":null}]}"#,
    )
}
