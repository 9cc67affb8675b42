//! A writer: transfers, some at a time, on connections that break.

use std::{
    collections::VecDeque,
    sync::atomic::{AtomicBool, Ordering},
};

use rand::RngExt;
use serde_json::json;

use crate::{
    Run, accounts,
    socket::{Heard, Socket, uuid},
};

/// Transfers in flight.
const DEPTH: usize = 8;
/// A connection is dropped after so many answers, roughly.
const ANSWERS: u32 = 300;

/// Moves cents between its own two accounts, and between others, until that is enough. Returns how many it has moved
/// between its own.
pub(crate) fn transfer(run: Run, is_enough: &AtomicBool) -> u64 {
    let mut random = run.random(0);
    let session = uuid();
    let mut socket = Socket::connect_as(run.addr, &session);
    let (mut next, mut own) = (0, 0);
    let mut in_flight: VecDeque<(u32, (usize, usize))> = VecDeque::new();
    loop {
        while !is_enough.load(Ordering::Relaxed) && in_flight.len() < DEPTH {
            let pair = if random.random() {
                own += 1;
                accounts::own(run.number)
            } else {
                accounts::shared(random.random_range(0..accounts::ACCOUNTS))
            };
            send(&mut socket, next, pair);
            in_flight.push_back((next, pair));
            next += 1;
        }
        if in_flight.is_empty() {
            return own;
        }
        if random.random_range(0..ANSWERS) == 0 {
            // Some were done and some were not, and which is for the server to know.
            socket = Socket::connect_as(run.addr, &session);
            for (number, pair) in &in_flight {
                send(&mut socket, *number, *pair);
            }
        }
        answered(&mut socket, &mut in_flight);
    }
}

/// The next answer is that to the first.
fn answered(socket: &mut Socket, in_flight: &mut VecDeque<(u32, (usize, usize))>) {
    match socket.hear() {
        Heard::Message(message) if message["type"] == "MutationResponse" => {
            let (number, _) = in_flight.pop_front().unwrap();
            assert_eq!(message["requestId"], number, "{message}");
            assert_eq!(message["success"], true, "{message}");
        }
        Heard::Message(_) => {}
        end => panic!("{end:?}"),
    }
}

fn send(socket: &mut Socket, number: u32, (from, to): (usize, usize)) {
    socket.mutate(
        number,
        "bank:transfer",
        json!({"from": from, "to": to, "amount": 1}),
    );
}
