//! `kill -9` at any moment: what was acknowledged is there, and nothing is there in part.
//!
//! The real programs are built and run as processes, with their data on the disk. Kills hit them under load, while they
//! start on what the kill before has left, while they shut down (which writes all of memory into the engine), and while
//! a full memory is written into the engine under load. `LUNORA_KILLS` sets how many kills under load there are
//! (10 unless set), `LUNORA_SEED` repeats a run's choices.

mod support;

use std::{
    collections::BTreeMap,
    fs, io,
    net::SocketAddr,
    path::Path,
    sync::Mutex,
    thread,
    time::{Duration, Instant},
};

use rand::{RngExt, rngs::StdRng};
use serde_json::{Value, json};
use support::{
    http::{Client, Outcome},
    program,
    seed::{generator, of_this_run, uuid},
    server::{Process, Server, check, serve},
};

const ACCOUNTS: u32 = 32;
const BALANCE: i64 = 1_000;
const CLIENTS: u64 = 8;

/// A transfer, with the key that it is sent under as often as it takes.
#[derive(Debug, Clone)]
struct Transfer {
    key: String,
    from: u32,
    to: u32,
    amount: i64,
}

/// What the clients know.
#[derive(Debug, Default)]
struct Ledger {
    /// The server has said that they are done.
    acknowledged: Vec<Transfer>,
    /// The connection ended before the answer.
    unanswered: Vec<Transfer>,
    /// The payer had too little.
    refused: u64,
}

type Balances = BTreeMap<u32, i64>;

impl Transfer {
    fn random(random: &mut StdRng) -> Self {
        let from = random.random_range(0..ACCOUNTS);
        // Half of them among four accounts: there they conflict.
        let to = if random.random() { ACCOUNTS } else { 4 };
        let to = (from + random.random_range(1..to)) % ACCOUNTS;
        Self {
            key: uuid(random),
            from,
            to,
            amount: random.random_range(1..BALANCE),
        }
    }

    fn send(&self, client: &mut Client) -> io::Result<Outcome> {
        let Self { from, to, amount, .. } = self;
        let args = json!({"from": from, "to": to, "amount": amount});
        client.call_once(&self.key, "bank:transfer", &args)
    }

    fn apply(&self, balances: &mut Balances) {
        *balances.entry(self.from).or_default() -= self.amount;
        *balances.entry(self.to).or_default() += self.amount;
    }
}

impl Ledger {
    /// Enters an answer; the end of the connection is none.
    fn enter(&mut self, transfer: Transfer, answer: io::Result<Outcome>) -> bool {
        match answer {
            Ok(Outcome::Success(_)) => self.acknowledged.push(transfer),
            Ok(Outcome::Failure { data, message }) => {
                let code = data.as_ref().map(|data| &data["code"]);
                assert_eq!(code, Some(&json!("overdraft")), "{transfer:?}: {message}");
                self.refused += 1;
            }
            Err(_) => {
                self.unanswered.push(transfer);
                return false;
            }
        }
        true
    }

    /// The balances after what was acknowledged, and nothing else.
    fn balances(&self) -> Balances {
        let mut balances = (0..ACCOUNTS).map(|account| (account, BALANCE)).collect();
        for transfer in &self.acknowledged {
            transfer.apply(&mut balances);
        }
        balances
    }

    /// Which of the unanswered transfers are there, if `found` is the acknowledged ones and some of those, each whole.
    fn explain(&self, found: &Balances) -> Option<Vec<&Transfer>> {
        assert!(self.unanswered.len() <= 16, "too many to try all choices");
        (0_u32..1 << self.unanswered.len()).find_map(|choice| {
            let chosen = self.unanswered.iter().enumerate();
            let chosen: Vec<_> = chosen
                .filter(|(bit, _)| choice & 1 << bit != 0)
                .map(|(_, transfer)| transfer)
                .collect();
            let mut balances = self.balances();
            for transfer in &chosen {
                transfer.apply(&mut balances);
            }
            (balances == *found).then_some(chosen)
        })
    }
}

#[test]
fn killed_under_load() {
    let seed = of_this_run();
    let kills = kills();
    let data = tempfile::tempdir().unwrap();
    let (bank, data) = (program::bank(), data.path());
    let mut random = generator(seed, 0);
    let ledger = Mutex::new(Ledger::default());
    let mut killed_early = 0;

    let mut server = Server::start(&bank, data);
    open_accounts(&server);
    for round in 0..kills {
        load_until_killed(&mut server, &ledger, seed ^ round, &mut random);
        assert_clean_copy(&bank, data);
        let start = Instant::now();
        let (next, killed) = start_through_kills(&bank, data, &mut random);
        (server, killed_early) = (next, killed_early + killed);
        let recovery = start.elapsed();
        let mut ledger = ledger.lock().unwrap();
        let unanswered = ledger.unanswered.len();
        let found_whole = settle(&server, &mut ledger);
        println!(
            "kill {round}: {} acknowledged, {} refused so far; {found_whole} of {unanswered} unanswered were done; \
             {killed} kills while starting, {recovery:?} to serve again",
            ledger.acknowledged.len(),
            ledger.refused,
        );
    }
    server.process().terminate();
    assert!(server.process().wait().success(), "{}", server.process().log());
    check(&bank, data);
    println!("{kills} kills under load, {killed_early} while starting");
}

/// How many kills under load.
fn kills() -> u64 {
    std::env::var("LUNORA_KILLS").map_or(10, |text| text.parse().expect("LUNORA_KILLS is a number"))
}

fn open_accounts(server: &Server) {
    let args = json!({"from": 0, "count": ACCOUNTS, "balance": BALANCE});
    let opened = server.connect().call("mutation", "bank:open", &args);
    opened.unwrap().unwrap();
}

/// Lets clients transfer until the server is killed: by SIGKILL, or by SIGKILL while it follows a SIGTERM.
fn load_until_killed(server: &mut Server, ledger: &Mutex<Ledger>, seed: u64, random: &mut StdRng) {
    let addr = server.addr();
    let before = ledger.lock().unwrap().acknowledged.len();
    thread::scope(|scope| {
        for client in 1..=CLIENTS {
            scope.spawn(move || transfer_until_killed(addr, ledger, generator(seed, client)));
        }
        let enough = before + random.random_range(1..60);
        let end = Instant::now() + Duration::from_mins(1);
        while ledger.lock().unwrap().acknowledged.len() < enough {
            assert!(Instant::now() < end, "no load: {}", server.process().log());
            thread::sleep(Duration::from_millis(1));
        }
        // Not at an acknowledgement, but anywhere between two.
        thread::sleep(Duration::from_micros(random.random_range(0..10_000)));
        if random.random_range(0..3) == 0 {
            server.process().terminate();
            thread::sleep(Duration::from_micros(random.random_range(0..50_000)));
        }
        server.process().kill();
    });
}

fn transfer_until_killed(addr: SocketAddr, ledger: &Mutex<Ledger>, mut random: StdRng) {
    let Ok(mut client) = Client::connect(addr) else {
        return;
    };
    loop {
        let transfer = Transfer::random(&mut random);
        let answer = transfer.send(&mut client);
        if !ledger.lock().unwrap().enter(transfer, answer) {
            return;
        }
    }
}

/// What the kill has left is in order as it lies there. Looked at in a copy: `check` repairs, as every start does.
fn assert_clean_copy(program: &Path, data: &Path) {
    let copy = tempfile::tempdir().unwrap();
    copy_directory(data, copy.path());
    check(program, copy.path());
}

fn copy_directory(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (path, target) = entry
            .map(|entry| (entry.path(), to.join(entry.file_name())))
            .unwrap();
        if path.is_dir() {
            copy_directory(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

/// Starts the server, which up to three times is killed before it gets to serve.
fn start_through_kills(program: &Path, data: &Path, random: &mut StdRng) -> (Server, u32) {
    let mut killed = 0;
    for _ in 0..random.random_range(0..=3) {
        let mut process = Process::start(&mut serve(program, data));
        thread::sleep(Duration::from_micros(random.random_range(0..100_000)));
        killed += u32::from(!process.has_greeted());
        process.kill();
    }
    (Server::start(program, data), killed)
}

/// Compares what is there with the ledger, then repeats what was not answered, and compares to the cent. Returns how
/// many of the unanswered were there.
fn settle(server: &Server, ledger: &mut Ledger) -> usize {
    let found = balances(server);
    assert!(found.values().all(|balance| *balance >= 0), "{found:?}");
    let total = BALANCE * i64::from(ACCOUNTS);
    assert_eq!(found.values().sum::<i64>(), total, "{found:?}");
    let summed = server.connect().call("query", "bank:total", &json!({}));
    assert_eq!(number(&summed.unwrap().unwrap()), total);
    let done = ledger.explain(&found).map(|done| done.len());
    let done = done.unwrap_or_else(|| {
        let expected = ledger.balances();
        panic!(
            "found {found:?}, expected {expected:?} and some of {:?}",
            ledger.unanswered
        )
    });

    let mut client = server.connect();
    for transfer in std::mem::take(&mut ledger.unanswered) {
        let answer = transfer.send(&mut client);
        ledger.enter(transfer, Ok(answer.unwrap()));
    }
    // Of each client's acknowledged ones, the last is repeated as well: nothing may happen a second time.
    for transfer in ledger.acknowledged.iter().rev().take(16) {
        transfer.send(&mut client).unwrap().unwrap();
    }
    assert_eq!(balances(server), ledger.balances());
    done
}

fn balances(server: &Server) -> Balances {
    let mut client = server.connect();
    let mut balance = |account: u32| {
        let answer = client.call("query", "bank:balance", &json!({"account": account}));
        number(&answer.unwrap().unwrap())
    };
    (0..ACCOUNTS).map(|account| (account, balance(account))).collect()
}

/// A whole number that travels as a double.
#[allow(clippy::cast_possible_truncation, reason = "checked in the next line")]
fn number(value: &Value) -> i64 {
    let number = value.as_f64().unwrap();
    assert!(number.fract() == 0.0 && number.abs() < 9e15, "{number}");
    number as i64
}

/// What memory may hold before it is written into the engine, with some to spare: `Options::overlay_bytes`.
const OVERLAY_BYTES: usize = 64 << 20;
const BODY_BYTES: usize = 900_000;

/// A full memory is written into the engine while commits go on; then the log that it came from is given up.
#[test]
fn killed_while_memory_is_written_into_the_engine() {
    let seed = of_this_run();
    let kills = kills().div_ceil(10);
    let data = tempfile::tempdir().unwrap();
    let (fixture, data) = (program::fixture(), data.path());
    let mut random = generator(seed, 0);
    let mut messages = Messages::default();

    let mut server = Server::start(&fixture, data);
    for round in 0..kills {
        let engine = data.join("store").join("state.redb");
        let before = stamp(&engine);
        let mut client = server.connect();
        let mut sent = 0;
        while stamp(&engine) == before {
            messages.send(&mut client, &mut random).unwrap();
            sent += BODY_BYTES;
            assert!(sent < 3 * OVERLAY_BYTES, "the engine's file never changed");
        }
        thread::scope(|scope| {
            let sending = scope.spawn(|| while messages.send(&mut client, &mut random).is_ok() {});
            thread::sleep(Duration::from_micros(
                generator(seed, round + 1).random_range(0..400_000),
            ));
            server.process().kill();
            sending.join().unwrap();
        });
        server = Server::start(&fixture, data);
        messages.settle(&server);
        println!(
            "kill {round}: {} messages are all there",
            messages.acknowledged.len()
        );
    }
    server.process().kill();
    check(&fixture, data);
}

/// When the file was written to, and how long it is.
fn stamp(path: &Path) -> (std::time::SystemTime, u64) {
    let metadata = fs::metadata(path).unwrap();
    (metadata.modified().unwrap(), metadata.len())
}

/// Messages, each in the channel of its key's name.
#[derive(Debug, Default)]
struct Messages {
    acknowledged: Vec<String>,
    unanswered: Vec<String>,
}

impl Messages {
    fn send(&mut self, client: &mut Client, random: &mut StdRng) -> io::Result<()> {
        let key = uuid(random);
        match Self::send_one(client, &key) {
            Ok(answer) => drop(answer.unwrap()),
            Err(error) => {
                self.unanswered.push(key);
                return Err(error);
            }
        }
        self.acknowledged.push(key);
        Ok(())
    }

    fn send_one(client: &mut Client, key: &str) -> io::Result<Outcome> {
        let args = json!({"channel": key, "author": "crash", "body": Self::body(key)});
        client.call_once(key, "messages:send", &args)
    }

    fn body(key: &str) -> String {
        key.repeat(BODY_BYTES / key.len())
    }

    fn settle(&mut self, server: &Server) {
        let mut client = server.connect();
        for key in &self.unanswered {
            assert!(Self::found(&mut client, key) <= 1);
            Self::send_one(&mut client, key).unwrap().unwrap();
        }
        self.acknowledged.append(&mut self.unanswered);
        for key in &self.acknowledged {
            assert_eq!(Self::found(&mut client, key), 1, "message {key}");
        }
    }

    /// How many messages there are under this key, each of them whole.
    fn found(client: &mut Client, key: &str) -> usize {
        let answer = client.call("query", "messages:list", &json!({"channel": key}));
        let answer = answer.unwrap().unwrap();
        let messages = answer.as_array().unwrap();
        assert!(
            messages.iter().all(|message| message["body"] == Self::body(key)),
            "{key}"
        );
        messages.len()
    }
}
