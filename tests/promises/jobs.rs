//! Scheduled calls.

use std::{
    fmt,
    net::SocketAddr,
    sync::Mutex,
    thread,
    time::{Duration, Instant},
};

use rand::{RngExt, rngs::StdRng};
use serde_json::{Value, json};

use super::{
    connect, counts,
    support::{http::Client, seed::uuid},
};

const PROMISES: [&str; 3] = ["exactlyOnce", "atMostOnce", "atLeastOnce"];
/// Within how many milliseconds the calls of a batch run.
const SPREAD: u32 = 300;
/// Longer than what is left takes to run.
const PATIENCE: Duration = Duration::from_mins(2);

/// What clients know of the jobs that they have scheduled.
#[derive(Debug, Default)]
pub(super) struct Jobs(Mutex<Vec<Batch>>);

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

impl Jobs {
    /// Schedules, and cancels now and then, until the server is gone.
    pub(super) fn schedule(&self, addr: SocketAddr, mut random: StdRng) {
        let Some(mut client) = connect(addr) else { return };
        while self.send_one(&mut client, &mut random).is_some() {}
    }

    /// Sends a batch, of which it cancels a call now and then; `None` when the server is gone.
    fn send_one(&self, client: &mut Client, random: &mut StdRng) -> Option<()> {
        let mut batch = Batch::random(random);
        let jobs = batch.send(client);
        let canceled = match &jobs {
            Some(jobs) if random.random_range(0..4) == 0 => {
                jobs.last().map(|job| batch.cancel_last(client, job))
            }
            _ => None,
        };
        let goes_on = jobs.is_some() && canceled.as_ref().is_none_or(|(_, goes_on)| *goes_on);
        let mut batches = self.0.lock().unwrap();
        batches.push(batch);
        batches.extend(canceled.map(|(canceled, _)| canceled));
        goes_on.then_some(())
    }

    pub(super) fn verify(self, client: &mut Client) {
        println!("{self}");
        let batches = self.0.into_inner().unwrap();
        let mut effects = 0;
        for batch in &batches {
            let times = counts(client, &batch.keys);
            batch.verify(&times);
            effects += times.iter().sum::<u64>();
        }
        println!("{effects} effects of jobs");
        assert!(effects > 0, "there was something to see");
    }

    /// Some were scheduled for good and some canceled.
    pub(super) fn are_seen(&self) -> bool {
        let batches = self.0.lock().unwrap();
        let has = |fate: Fate| batches.iter().any(|batch| batch.fate == fate);
        has(Fate::Scheduled) && has(Fate::Canceled)
    }
}

impl fmt::Display for Jobs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let batches = self.0.lock().unwrap();
        let with = |fate: Fate| batches.iter().filter(|batch| batch.fate == fate).count();
        let (canceled, unanswered) = (with(Fate::Canceled), with(Fate::Unanswered));
        write!(
            f,
            "{} batches of jobs, {canceled} canceled, {unanswered} unanswered",
            batches.len()
        )
    }
}

/// Waits until no job is left, but those of crons.
pub(super) fn wait_until_quiet(client: &mut Client) {
    let end = Instant::now() + PATIENCE;
    loop {
        let quiet = client.call("query", "promises:isQuiet", &json!({})).unwrap();
        if quiet.unwrap() == json!(true) {
            return;
        }
        assert!(Instant::now() < end, "jobs are left");
        thread::sleep(Duration::from_millis(20));
    }
}
