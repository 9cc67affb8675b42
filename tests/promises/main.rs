//! `kill -9` at any moment, and what is promised of everything that runs by itself.
//!
//! A real server is killed while it schedules, runs and cancels jobs and crons, while connections come and go, and while
//! it starts, as often as `LUNORA_KILLS` says (10 times unless it is set); `LUNORA_SEED` repeats a run's choices. Each
//! promise has its counters: documents with how often something had an effect. When one is not kept, the data directory
//! stays behind.

#[path = "../support/mod.rs"]
mod support;

mod crons;
mod data;
mod hooks;
mod jobs;

use std::{
    net::SocketAddr,
    path::PathBuf,
    thread,
    time::{Duration, Instant},
};

use rand::{RngExt, rngs::StdRng};
use serde_json::json;

use self::{
    crons::Crons,
    data::Data,
    hooks::Visits,
    jobs::Jobs,
    support::{
        http::Client,
        program,
        seed::{generator, of_this_run},
        server::{Process, check, serve},
    },
};

/// Longer than it takes until clients have seen something of everything.
const PATIENCE: Duration = Duration::from_mins(2);
/// Of either kind: those that schedule, and those that come and go.
const CLIENTS: u64 = 3;
/// Longer than a process takes to start.
const START: Duration = Duration::from_millis(300);
/// Longer than two periods of a cron.
const LONG_PAUSE: Duration = Duration::from_millis(2_500);

/// The data, the processes that come and go on it, and what is known of what they have done.
#[derive(Debug)]
struct Ordeal {
    program: PathBuf,
    data: Data,
    jobs: Jobs,
    crons: Crons,
    visits: Visits,
}

#[test]
fn promises_hold_over_kills() {
    let seed = of_this_run();
    let mut random = generator(seed, 0);
    let mut ordeal = Ordeal::new();
    for round in 0..kills() {
        if random.random_range(0..4) == 0 {
            ordeal.kill_while_it_starts(round, &mut random);
        } else {
            ordeal.kill_at_work(round, seed ^ (round + 1), &mut random);
        }
        println!("kill {round}: {}, {}", ordeal.jobs, ordeal.visits);
        if random.random_range(0..8) == 0 {
            thread::sleep(LONG_PAUSE.mul_f64(random.random()));
        }
    }
    ordeal.verify(kills());
}

/// How many kills.
fn kills() -> u64 {
    std::env::var("LUNORA_KILLS").map_or(10, |text| text.parse().expect("LUNORA_KILLS is a number"))
}

impl Ordeal {
    fn new() -> Self {
        Self {
            program: program::fixture(),
            data: Data::new(),
            jobs: Jobs::default(),
            crons: Crons::default(),
            visits: Visits::default(),
        }
    }

    fn process(&self, round: u64) -> Process {
        let mut command = serve(&self.program, self.data.path());
        command.env("LUNORA_FIXTURE_CRONS", "1");
        command.env("LUNORA_FIXTURE_RUN", round.to_string());
        Process::start(&mut command)
    }

    /// What the one before has left is only begun with.
    fn kill_while_it_starts(&self, round: u64, random: &mut StdRng) {
        let mut process = self.process(round);
        thread::sleep(START.mul_f64(random.random()));
        process.kill();
    }

    /// The first process lives until there is something to see of everything.
    fn kill_at_work(&mut self, round: u64, seed: u64, random: &mut StdRng) {
        let mut server = self.process(round).serving();
        let addr = server.addr();
        hooks::verify_start(&mut server.connect(), round);
        self.crons.look(&mut server.connect(), &self.data.admin_key());
        let life = self.life(random);
        thread::scope(|scope| {
            for client in 0..CLIENTS {
                let [jobs, visits] = [2 * client, 2 * client + 1].map(|part| generator(seed, part));
                scope.spawn(|| self.jobs.schedule(addr, jobs));
                scope.spawn(|| self.visits.come_and_go(addr, visits));
            }
            scope.spawn(|| self.crons.cancel_runs(addr, generator(seed, 2 * CLIENTS)));
            thread::sleep(life);
            self.wait_until_seen();
            server.process().kill();
        });
        assert!(self.are_seen(), "there is nothing to see");
    }

    fn wait_until_seen(&self) {
        let end = Instant::now() + PATIENCE;
        while !self.are_seen() && Instant::now() < end {
            thread::sleep(Duration::from_millis(5));
        }
    }

    fn are_seen(&self) -> bool {
        self.jobs.are_seen() && self.visits.are_seen()
    }

    /// Ends with what the start has begun, anywhere, or with the next runs of crons.
    fn life(&self, random: &mut StdRng) -> Duration {
        let extra = Duration::from_micros(random.random_range(0..40_000));
        match random.random_range(0..3) {
            0 => extra,
            1 => extra * 15,
            _ => self.crons.until_next() + extra,
        }
    }

    fn verify(self, round: u64) {
        let mut server = self.process(round).serving();
        let mut client = server.connect();
        hooks::verify_start(&mut client, round);
        jobs::wait_until_quiet(&mut client);
        self.jobs.verify(&mut client);
        self.visits.verify(&mut client);
        self.crons.verify(&mut client, &self.data.admin_key());
        hooks::verify_starts(&mut client, round);
        server.process().terminate();
        assert!(server.process().wait().success(), "{}", server.process().log());
        check(&self.program, self.data.path());
    }
}

/// How often something was counted under each of these keys.
fn counts(client: &mut Client, keys: &[String]) -> Vec<u64> {
    let times = client.call("query", "promises:effects", &json!({"keys": keys}));
    let times = times.unwrap().unwrap();
    let number = |times: &serde_json::Value| times.to_string().trim_end_matches(".0").parse().unwrap();
    times.as_array().unwrap().iter().map(number).collect()
}

/// A connection, as long as there is a server.
fn connect(addr: SocketAddr) -> Option<Client> {
    Client::connect(addr).ok()
}
