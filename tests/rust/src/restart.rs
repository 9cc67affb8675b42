//! A client whose server is restarted. Told by standard input when to go on, it says by standard output where it is:
//! `ready` with its first result, `back` when it is told of the message "after the restart". All the time it sends
//! messages of its own, one after another. `done` ends that.

use convex::{ConvexClient, FunctionResult};
use futures::StreamExt;
use tokio::{
    io::{AsyncBufReadExt, BufReader, stdin},
    sync::watch,
};

use crate::channel::{bodies, message, next, subscribe};

const AFTER: &str = "after the restart";

pub(crate) async fn run(address: &str) {
    let mut client = ConvexClient::new(address).await.unwrap();
    let mut messages = subscribe(&mut client).await;
    let mut seen = next(&mut messages).await;
    println!("ready");
    let (done, is_done) = watch::channel(false);
    let sending = tokio::spawn(send(client.clone(), is_done));
    let mut orders = BufReader::new(stdin()).lines();
    while !seen.iter().any(|body| body == AFTER) {
        seen = follow(seen, bodies(&messages.next().await.unwrap()));
    }
    println!("back");
    assert_eq!(orders.next_line().await.unwrap().as_deref(), Some("done"));
    done.send(true).unwrap();
    let acknowledged = sending.await.unwrap();
    while !acknowledged.iter().all(|body| seen.contains(body)) {
        seen = follow(seen, bodies(&messages.next().await.unwrap()));
    }
}

/// Sends one message after another. Returns those that are known to have been sent.
///
/// The crate promises less than the server. What it sends again it sends in another session, so it may be there twice; and
/// of what is asked for while there is no connection it says that a channel is closed, and sends it all the same.
async fn send(mut client: ConvexClient, is_done: watch::Receiver<bool>) -> Vec<String> {
    let mut acknowledged = Vec::new();
    for number in 0.. {
        if *is_done.borrow() {
            break;
        }
        let body = format!("own {number}");
        match client.mutation("messages:send", message(&body)).await {
            Ok(FunctionResult::Value(_)) => acknowledged.push(body),
            Ok(failure) => panic!("{failure:?}"),
            Err(_) => {}
        }
    }
    acknowledged
}

/// What has been told stays. (Messages of others may come to stand between.)
fn follow(before: Vec<String>, after: Vec<String>) -> Vec<String> {
    assert!(
        own(&after).starts_with(&own(&before)),
        "{before:?} became {after:?}"
    );
    after
}

fn own(bodies: &[String]) -> Vec<String> {
    let own = bodies.iter().filter(|body| body.starts_with("own "));
    own.cloned().collect()
}
