//! A server keeps to its memory budget with data that is several times as large.
#![cfg(target_os = "linux")]

mod support;

use std::{fs, path::Path, thread};

use serde_json::json;
use support::{
    http::Client,
    program,
    server::{Process, Server, serve},
};

const BUDGET: u64 = 64 << 20;
/// How far a server may be above its budget, in percent of it.
const ABOVE: u64 = 20;
const TIMES: u64 = 4;
const CLIENTS: usize = 4;
/// Of one message: so much that the test is short.
const BODY: usize = 32 << 10;

/// A line of proc(5)'s `status`, in bytes.
fn status(pid: u32, name: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    line.trim().strip_suffix(" kB").unwrap().parse::<u64>().unwrap() << 10
}

/// Writes its part of the data, and reads what it has written, near and far.
fn work(client: &mut Client, number: usize) {
    let messages = usize::try_from(TIMES * BUDGET).unwrap() / BODY / CLIENTS;
    let text = "It does not have to be short. ".repeat(BODY / 30 + 1);
    for message in 0..messages {
        let channel = |message: usize| format!("{number} {}", message / 16);
        let body = format!("{message} {text}");
        let args = json!({"channel": channel(message), "author": "ada", "body": body});
        client.call("mutation", "messages:send", &args).unwrap().unwrap();
        if message % 8 == 0 {
            let far = channel(message * 7919 % (message + 1));
            let page = json!({"numItems": 2, "cursor": null});
            let args = json!({"channel": far, "paginationOpts": page});
            let listed = client
                .call("query", "messages:listPaginated", &args)
                .unwrap()
                .unwrap();
            assert_ne!(listed["page"].as_array().unwrap().len(), 0, "{listed}");
        }
    }
}

fn start(data: &Path) -> Server {
    let mut command = serve(&program::fixture(), data);
    command.args(["--memory-budget", &BUDGET.to_string()]);
    Process::start(&mut command).serving()
}

fn keep_busy(server: &Server) {
    thread::scope(|scope| {
        for number in 0..CLIENTS {
            let mut client = server.connect();
            scope.spawn(move || work(&mut client, number));
        }
    });
}

#[test]
fn a_server_stays_within_its_budget_with_four_times_as_much_data() {
    let data = tempfile::tempdir().unwrap();
    let mut server = start(data.path());
    keep_busy(&server);
    let pid = server.process().id();
    // The program itself is read from its file, and a program built for tests is a large one. The system takes such
    // pages back when memory is short.
    let (peak, program) = (status(pid, "VmHWM:"), status(pid, "RssFile:"));
    let most = BUDGET + BUDGET * ABOVE / 100;
    let (mib, taken) = (|bytes| bytes >> 20, peak - program);
    println!(
        "{} MiB at most, of which {} are the program; the budget is {}",
        mib(peak),
        mib(program),
        mib(BUDGET)
    );
    assert!(
        taken <= most,
        "{} MiB, with a budget of {}",
        mib(taken),
        mib(BUDGET)
    );
    assert!(
        taken > BUDGET / 3,
        "{} MiB: the data cannot have been so large",
        mib(taken)
    );
    server.process().terminate();
    assert!(server.process().wait().success());
    let stored = fs::metadata(data.path().join("store/state.redb")).unwrap().len();
    assert!(stored >= TIMES * BUDGET, "{} MiB are stored", mib(stored));
}
