//! Crons: what their histories say, and how often they had an effect.
//!
//! A mutation returns the number of its run, which it counts itself, so a run that happened twice or never, or that was
//! canceled and happened all the same, is a number too many or too few. An action counts the runs of its job.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::Mutex,
    thread,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use rand::{RngExt, rngs::StdRng};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{connect, counts, support::http::Client};

const PERIOD_MILLIS: f64 = 1_000.0;
/// How many runs a history has, and how many notes of what was left out.
const KEPT: usize = 20;
/// Two whose runs are canceled.
const CANCELED: [&str; 2] = ["canceled mutation", "canceled action"];
/// Longest wait between two attempts to cancel a run.
const PAUSE: Duration = Duration::from_millis(50);

/// What is known of crons.
#[derive(Debug, Default)]
pub(super) struct Crons {
    /// By name, and then by the time for which they were due.
    histories: BTreeMap<String, BTreeMap<u64, Run>>,
    /// When something is due, in milliseconds.
    next: f64,
    /// Jobs of which the server has said that they are canceled.
    canceled: Mutex<Vec<String>>,
}

/// What an administrator is told of a cron.
#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Cron {
    name: String,
    next: f64,
    /// The newest first.
    runs: Vec<Run>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Run {
    outcome: Outcome,
    due: f64,
    skipped: f64,
    job: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Outcome {
    Succeeded,
    Failed,
    Canceled,
    Skipped,
}

impl Crons {
    /// Reads the histories, and compares them with what was read before.
    pub(super) fn look(&mut self, client: &mut Client, key: &str) {
        let crons = list(client, key);
        self.next = crons.iter().map(|cron| cron.next).fold(f64::INFINITY, f64::min);
        for cron in crons {
            cron.verify();
            let history = self.histories.entry(cron.name.clone()).or_default();
            for run in cron.runs {
                let earlier = history.insert(run.due.to_bits(), run.clone());
                assert!(
                    earlier.as_ref().is_none_or(|earlier| *earlier == run),
                    "{}: {earlier:?} has become {run:?}",
                    cron.name
                );
            }
        }
    }

    /// How long until something is due.
    pub(super) fn until_next(&self) -> Duration {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        Duration::from_secs_f64(self.next / 1_000.0).saturating_sub(now)
    }

    /// Cancels runs that are at work or about to begin, now and then, until the server is gone.
    pub(super) fn cancel_runs(&self, addr: SocketAddr, mut random: StdRng) {
        let Some(mut client) = connect(addr) else { return };
        loop {
            let name = CANCELED[random.random_range(0..CANCELED.len())];
            let args = json!({"name": name, "within": random.random_range(0..5)});
            let Ok(answer) = client.call("mutation", "crons:cancelRun", &args) else {
                return;
            };
            if let Value::String(job) = answer.unwrap() {
                self.canceled.lock().unwrap().push(job);
            }
            thread::sleep(PAUSE.mul_f64(random.random()));
        }
    }

    /// Compares the histories with what the runs have counted.
    pub(super) fn verify(mut self, client: &mut Client, key: &str) {
        let names: Vec<_> = list(client, key).into_iter().map(|cron| cron.name).collect();
        let totals = loop {
            let before = list(client, key);
            let totals = counts(client, &names);
            self.look(client, key);
            if list(client, key) == before {
                break totals;
            }
        };
        let mut runs = 0;
        for (name, total) in names.iter().zip(totals) {
            let history: Vec<_> = self.histories[name].values().collect();
            runs += history.len();
            self.verify_canceled(&history);
            if name.ends_with("mutation") {
                verify_mutation(client, key, name, &history, total);
            } else {
                verify_action(client, name, &history);
            }
        }
        let canceled = self.canceled.into_inner().unwrap().len();
        println!("{runs} runs of {} crons, {canceled} canceled", names.len());
        assert!(runs > 0, "there was something to see");
    }

    fn verify_canceled(&self, history: &[&Run]) {
        for job in self.canceled.lock().unwrap().iter() {
            let run = history.iter().find(|run| run.job.as_ref() == Some(job));
            assert!(run.is_none_or(|run| run.outcome == Outcome::Canceled), "{run:?}");
        }
    }
}

impl Cron {
    /// Every time at which it was due is that of a run, or was left out and counted.
    fn verify(&self) {
        let mut next = self.next;
        for run in self.complete() {
            assert!((next - run.due - PERIOD_MILLIS).abs() < 1.0, "{self:?}");
            next = run.first_due();
        }
    }

    /// The runs, the newest first, as far as none is missing between them.
    fn complete(&self) -> &[Run] {
        let end = |skips: bool| {
            let of_kind = |(_, run): &(usize, &Run)| (run.outcome == Outcome::Skipped) == skips;
            let oldest = self.runs.iter().enumerate().filter(of_kind).nth(KEPT - 1);
            oldest.map_or(self.runs.len(), |(place, _)| place + 1)
        };
        &self.runs[..end(true).min(end(false))]
    }
}

impl Run {
    /// The first time for which it stands.
    fn first_due(&self) -> f64 {
        self.due - PERIOD_MILLIS * (self.skipped - 1.0).max(0.0)
    }

    fn follows(&self, earlier: &Self) -> bool {
        (self.first_due() - earlier.due - PERIOD_MILLIS).abs() < 1.0
    }
}

fn verify_mutation(client: &mut Client, key: &str, name: &str, history: &[&Run], total: u64) {
    let (mut last, mut counted) = (None::<&Run>, None);
    for run in history {
        if last.is_some_and(|last| !run.follows(last)) {
            // The server was up for so long that its history has forgotten some.
            counted = None;
        }
        match run.outcome {
            Outcome::Succeeded => {
                let number = number(client, key, run);
                assert!(
                    counted.is_none_or(|counted| number == counted + 1),
                    "{name}: after {counted:?} runs, {run:?} was number {number}"
                );
                counted = Some(number);
            }
            Outcome::Skipped => assert!(!name.starts_with("queued"), "{name}: {run:?}"),
            Outcome::Canceled => assert!(CANCELED.contains(&name), "{name}: {run:?}"),
            Outcome::Failed => panic!("{name}: {run:?}"),
        }
        last = Some(run);
    }
    assert_eq!(counted.unwrap_or(0), total, "{name}: {history:?}");
}

/// The number that a run has counted.
fn number(client: &mut Client, key: &str, run: &Run) -> u64 {
    let shown = client.post(
        "/api/admin/jobs/show",
        &[("Authorization", &admin(key))],
        &json!({"id": run.job}),
    );
    let number = &shown.unwrap().body["result"];
    number.to_string().trim_end_matches(".0").parse().unwrap()
}

fn verify_action(client: &mut Client, name: &str, history: &[&Run]) {
    let jobs: Vec<_> = history.iter().filter_map(|run| run.job.clone()).collect();
    let times = counts(client, &jobs);
    let runs = history.iter().filter(|run| run.job.is_some());
    for (run, times) in runs.zip(times) {
        let kept = match run.outcome {
            Outcome::Succeeded if name.starts_with("tried") => times >= 1,
            Outcome::Succeeded => times == 1,
            Outcome::Failed => times <= 1 && !name.starts_with("tried"),
            Outcome::Canceled => times <= 1 && CANCELED.contains(&name),
            Outcome::Skipped => false,
        };
        assert!(kept, "{name}: {run:?} had {times} effects");
    }
}

fn list(client: &mut Client, key: &str) -> Vec<Cron> {
    let mut reply = client
        .get("/api/admin/crons", &[("Authorization", &admin(key))])
        .unwrap();
    assert_eq!(reply.status, 200, "{reply:?}");
    serde_json::from_value(reply.body["crons"].take()).unwrap()
}

fn admin(key: &str) -> String {
    format!("Convex {key}")
}
