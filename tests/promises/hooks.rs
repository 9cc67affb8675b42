//! Hooks for connections and for the start.

use std::{net::SocketAddr, path::Path, sync::Mutex, thread, time::Duration};

use rand::{RngExt, rngs::StdRng};
use serde_json::{Value, json};

use super::{
    jobs::wait_until_quiet,
    kills,
    socket::Socket,
    support::{
        http::Client,
        program,
        seed::{generator, of_this_run, uuid},
        server::{Process, Server, check, serve},
    },
};

const CLIENTS: u64 = 4;
/// Longer than a process takes to start.
const START: Duration = Duration::from_millis(300);
const HOOKS: [&str; 3] = ["door", "came", "away"];

/// A connection that a client has made, or tried to.
#[derive(Debug)]
struct Visit {
    session: String,
    /// The client has seen on disk that it came.
    is_known: bool,
}

#[test]
fn each_connect_has_one_disconnect_over_kills_and_each_process_one_start() {
    let seed = of_this_run();
    let data = tempfile::tempdir().unwrap();
    let (fixture, data) = (program::fixture(), data.path());
    let mut random = generator(seed, 0);
    let visits = Mutex::new(Vec::new());
    for round in 0..kills() {
        if random.random_range(0..3) == 0 {
            kill_while_it_starts(&fixture, data, round, &mut random);
        } else {
            let mut server = start(&fixture, data, round);
            connect_until_killed(&mut server, &visits, seed ^ (round + 1), &mut random);
        }
        println!("kill {round}: {} connections", visits.lock().unwrap().len());
    }
    let mut server = start(&fixture, data, kills());
    wait_until_quiet(&server);
    let mut client = server.connect();
    verify(&mut client, &visits.into_inner().unwrap());
    for round in 0..=kills() {
        assert!(
            count(&mut client, &format!("opened/{round}")) <= 1,
            "process {round}"
        );
    }
    server.process().terminate();
    assert!(server.process().wait().success(), "{}", server.process().log());
    check(&fixture, data);
}

fn process(fixture: &Path, data: &Path, round: u64) -> Process {
    Process::start(serve(fixture, data).env("LUNORA_FIXTURE_RUN", round.to_string()))
}

/// Starts a process whose hook for the start has run when it serves.
fn start(fixture: &Path, data: &Path, round: u64) -> Server {
    let server = process(fixture, data, round).serving();
    assert_eq!(count(&mut server.connect(), &format!("opened/{round}")), 1);
    server
}

/// What the one before has left is only begun with.
fn kill_while_it_starts(fixture: &Path, data: &Path, round: u64, random: &mut StdRng) {
    let mut process = process(fixture, data, round);
    thread::sleep(START.mul_f64(random.random()));
    process.kill();
}

fn connect_until_killed(server: &mut Server, visits: &Mutex<Vec<Visit>>, seed: u64, random: &mut StdRng) {
    let addr = server.addr();
    thread::scope(|scope| {
        for client in 1..=CLIENTS {
            let mut random = generator(seed, client);
            scope.spawn(move || while visit(addr, &mut random, visits).is_some() {});
        }
        thread::sleep(Duration::from_micros(random.random_range(0..600_000)));
        server.process().kill();
    });
}

/// Connects, and goes in one way or another; none when the server is gone.
fn visit(addr: SocketAddr, random: &mut StdRng, visits: &Mutex<Vec<Visit>>) -> Option<()> {
    let mut socket = Socket::open(addr).ok()?;
    let session = uuid(random);
    let is_known = watch_own_coming(&mut socket, &session, random.random_range(0..4) > 0);
    let goes_on = is_known.is_some();
    visits.lock().unwrap().push(Visit {
        session,
        is_known: is_known == Some(true),
    });
    match random.random_range(0..32) {
        0..16 => drop(socket),
        16..31 => socket.close(),
        // Stays until the server is gone.
        _ => while socket.result().is_some() {},
    }
    goes_on.then_some(())
}

/// Connects, and waits until the hooks for that are on disk, if the client is patient; none when the server is gone.
fn watch_own_coming(socket: &mut Socket, session: &str, is_patient: bool) -> Option<bool> {
    socket.connect(session)?;
    if !is_patient {
        return Some(false);
    }
    socket.watch("promises:effects", &json!({"keys": [format!("came/{session}")]}))?;
    while socket.result()? != json!([1.0]) {}
    Some(true)
}

fn verify(client: &mut Client, visits: &[Visit]) {
    let mut came = 0;
    for visit in visits {
        let times = HOOKS.map(|hook| count(client, &format!("{hook}/{}", visit.session)));
        let all = |right: u64| times.iter().all(|times| *times == right);
        assert!(all(1) || (!visit.is_known && all(0)), "{visit:?}: {times:?}");
        came += times[0];
    }
    let known = visits.iter().filter(|visit| visit.is_known).count();
    println!(
        "{came} of {} connections came, {known} have seen it",
        visits.len()
    );
    assert!(known > 0, "there was something to see");
}

/// How often something was counted under a key.
fn count(client: &mut Client, key: &str) -> u64 {
    let times = client.call("query", "promises:effects", &json!({"keys": [key]}));
    let times: Value = times.unwrap().unwrap();
    serde_json::from_str(times[0].to_string().trim_end_matches(".0")).unwrap()
}
