//! Scheduled calls.

use std::{
    sync::Mutex,
    thread,
    time::{Duration, Instant},
};

use rand::{RngExt, rngs::StdRng};
use serde_json::{Value, json};

use super::{
    kills,
    support::{
        http::Client,
        program,
        seed::{generator, of_this_run, uuid},
        server::{Server, check},
    },
};

const CLIENTS: u64 = 4;
const PROMISES: [&str; 3] = ["exactlyOnce", "atMostOnce", "atLeastOnce"];
/// Within how many milliseconds the calls of a batch run.
const SPREAD: u32 = 300;
/// Longer than what is left takes to run.
const PATIENCE: Duration = Duration::from_mins(2);

/// Calls that were scheduled in one transaction.
#[derive(Debug, Clone)]
struct Batch {
    promise: &'static str,
    keys: Vec<String>,
    fate: Fate,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Fate {
    /// The server has said that they are scheduled.
    Scheduled,
    /// Nobody knows.
    Unanswered,
    /// The server has said that they are canceled, and they had not run.
    Canceled,
    /// It was asked to cancel them and did not answer, or was late.
    PerhapsCanceled,
}

impl Batch {
    fn random(random: &mut StdRng) -> Self {
        Self {
            promise: PROMISES[random.random_range(0..PROMISES.len())],
            keys: (0..random.random_range(1..20)).map(|_| uuid(random)).collect(),
            fate: Fate::Unanswered,
        }
    }

    /// Schedules it; none when the server is gone.
    fn send(&mut self, client: &mut Client) -> Option<Vec<Value>> {
        let args = json!({"promise": self.promise, "keys": self.keys, "spread": SPREAD});
        let answer = client.call("mutation", "promises:schedule", &args).ok()?;
        self.fate = Fate::Scheduled;
        Some(answer.unwrap().as_array().unwrap().clone())
    }

    /// Cancels its last call, which becomes a batch of its own; none when the server is gone.
    fn cancel_last(&mut self, client: &mut Client, job: &Value) -> (Self, bool) {
        let mut canceled = Self {
            promise: self.promise,
            keys: self.keys.split_off(self.keys.len() - 1),
            fate: Fate::PerhapsCanceled,
        };
        let answer = client.call("mutation", "promises:cancel", &json!({"job": job}));
        let goes_on = answer.is_ok();
        let is_canceled = answer.is_ok_and(|answer| answer.unwrap() == json!(true));
        // An action may have been at work when it was canceled.
        if is_canceled && self.promise == "exactlyOnce" {
            canceled.fate = Fate::Canceled;
        }
        (canceled, goes_on)
    }

    /// Compares what was promised with how often each call had an effect.
    fn verify(&self, times: &[u64]) {
        let all = |right: fn(&u64) -> bool| times.iter().all(right);
        let kept = match (self.fate, self.promise) {
            (Fate::Scheduled, "exactlyOnce") => all(|times| *times == 1),
            (Fate::Scheduled, "atLeastOnce") => all(|times| *times >= 1),
            (Fate::Canceled, _) => all(|times| *times == 0),
            // All or none of a transaction.
            (Fate::Unanswered, "exactlyOnce") => all(|times| *times == 1) || all(|times| *times == 0),
            (_, "atLeastOnce") => true,
            (_, _) => all(|times| *times <= 1),
        };
        assert!(kept, "{self:?} had effects {times:?}");
    }
}

#[test]
fn promises_of_jobs_hold_over_kills() {
    let seed = of_this_run();
    let data = tempfile::tempdir().unwrap();
    let (fixture, data) = (program::fixture(), data.path());
    let mut random = generator(seed, 0);
    let batches = Mutex::new(Vec::new());
    for round in 0..kills() {
        let mut server = Server::start(&fixture, data);
        schedule_until_killed(&mut server, &batches, seed ^ (round + 1), &mut random);
        println!("kill {round}: {} batches", batches.lock().unwrap().len());
    }
    let mut server = Server::start(&fixture, data);
    wait_until_quiet(&server);
    let batches = batches.into_inner().unwrap();
    verify(&server, &batches);
    server.process().terminate();
    assert!(server.process().wait().success(), "{}", server.process().log());
    check(&fixture, data);
}

fn schedule_until_killed(server: &mut Server, batches: &Mutex<Vec<Batch>>, seed: u64, random: &mut StdRng) {
    let addr = server.addr();
    thread::scope(|scope| {
        for client in 1..=CLIENTS {
            scope.spawn(move || {
                let Ok(mut connection) = Client::connect(addr) else {
                    return;
                };
                let mut random = generator(seed, client);
                while send_one(&mut connection, &mut random, batches).is_some() {}
            });
        }
        thread::sleep(Duration::from_micros(random.random_range(0..600_000)));
        server.process().kill();
    });
}

/// Sends a batch, of which it cancels a call now and then; `None` when the server is gone.
fn send_one(client: &mut Client, random: &mut StdRng, batches: &Mutex<Vec<Batch>>) -> Option<()> {
    let mut batch = Batch::random(random);
    let jobs = batch.send(client);
    let canceled = match &jobs {
        Some(jobs) if random.random_range(0..4) == 0 => jobs.last().map(|job| batch.cancel_last(client, job)),
        _ => None,
    };
    let goes_on = jobs.is_some() && canceled.as_ref().is_none_or(|(_, goes_on)| *goes_on);
    let mut batches = batches.lock().unwrap();
    batches.push(batch);
    batches.extend(canceled.map(|(canceled, _)| canceled));
    goes_on.then_some(())
}

pub(super) fn wait_until_quiet(server: &Server) {
    let (mut client, end) = (server.connect(), Instant::now() + PATIENCE);
    loop {
        let quiet = client.call("query", "promises:isQuiet", &json!({})).unwrap();
        if quiet.unwrap() == json!(true) {
            return;
        }
        assert!(Instant::now() < end, "jobs are left");
        thread::sleep(Duration::from_millis(20));
    }
}

fn verify(server: &Server, batches: &[Batch]) {
    let mut client = server.connect();
    let mut effects = 0;
    for batch in batches {
        let times = client.call("query", "promises:effects", &json!({"keys": batch.keys}));
        let times = times.unwrap().unwrap();
        let times: Vec<u64> = times
            .as_array()
            .unwrap()
            .iter()
            .map(|times| serde_json::from_str(times.to_string().trim_end_matches(".0")).unwrap())
            .collect();
        batch.verify(&times);
        effects += times.iter().sum::<u64>();
    }
    let canceled = batches
        .iter()
        .filter(|batch| batch.fate == Fate::Canceled)
        .count();
    let unanswered = batches
        .iter()
        .filter(|batch| batch.fate == Fate::Unanswered)
        .count();
    println!(
        "{effects} effects of {} batches, {canceled} canceled, {unanswered} unanswered",
        batches.len()
    );
    assert!(effects > 0 && canceled > 0, "there was something to see");
}
