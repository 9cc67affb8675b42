//! The command line of an application, as its owner types it.
#![cfg(unix)]

mod support;

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    os::unix::fs::PermissionsExt,
    path::Path,
    process::Stdio,
    thread,
    time::{Duration, Instant},
};

use lunora_runtime::triggers::MUTATIONS_AT_ONCE;
use serde_json::{Value, json};
use support::{
    http::Client,
    program,
    server::{Finished, Process, Server, command, run, serve},
};

/// A command of the fixture that runs to its end.
fn fixture(args: &[&str], data: &Path) -> Finished {
    run(command(&program::fixture()).args(args).arg("--data").arg(data))
}

const MESSAGE: &str = r#"{"channel": "general", "author": "ada", "body": "hello"}"#;
const CHANNEL: &str = r#"{"channel": "general"}"#;

mod serving {
    use super::*;

    #[test]
    fn it_says_where_it_serves_and_where_things_lie() {
        let data = tempfile::tempdir().unwrap();
        let data = data.path().join("made/by/serve");
        let process = Process::start(&mut serve(&program::fixture(), &data));
        let lines = [(); 3].map(|()| process.line());
        let addr = lines[0].strip_prefix("Lunora serves http://127.0.0.1:").unwrap();
        assert!(addr.parse::<u16>().unwrap() > 0);
        assert_eq!(lines[1], format!("  data       {}", data.display()));
        assert_eq!(lines[2], format!("  admin key  in {}/admin-key", data.display()));
        let address = fs::read_to_string(data.join("address")).unwrap();
        assert_eq!(lines[0], format!("Lunora serves {}", address.trim()));
    }

    #[test]
    fn the_admin_key_is_for_its_owner_alone_and_stays() {
        let data = tempfile::tempdir().unwrap();
        let file = data.path().join("admin-key");
        let read = || {
            assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
            fs::read_to_string(&file).unwrap()
        };
        let mut server = Server::start(&program::fixture(), data.path());
        let key = read();
        server.process().kill();
        let server = Server::start(&program::fixture(), data.path());
        assert_eq!(read(), key);
        let call = |authorization: &str| {
            let headers = [("Authorization", authorization)];
            let args = json!({"channel": "general"});
            server
                .connect()
                .call_with(&headers, "query", "messages:internalCount", &args)
        };
        let counted = call(&format!("Convex {}", key.trim())).unwrap().unwrap();
        assert_eq!(counted, json!(0.0));
        let refused = call("Convex admin|0123456789").unwrap_err().to_string();
        assert!(refused.starts_with("401"), "{refused}");
    }

    #[test]
    fn a_second_server_on_the_same_data_is_refused() {
        let data = tempfile::tempdir().unwrap();
        let server = Server::start(&program::fixture(), data.path());
        let second = run(&mut serve(&program::fixture(), data.path()));
        let first = format!("http://{}", server.addr());
        second.assert_failed(
            2,
            &[data.path().to_str().unwrap(), &first, "Stop that one", "--data"],
        );
        // And it has left the first one alone.
        let args = serde_json::from_str(MESSAGE).unwrap();
        server
            .connect()
            .call("mutation", "messages:send", &args)
            .unwrap()
            .unwrap();
        assert_eq!(
            fixture(&["run", "messages:internalCount", CHANNEL], data.path()).unwrap(),
            "1.0\n"
        );
    }

    #[test]
    fn an_address_in_use_is_refused() {
        let data = tempfile::tempdir().unwrap();
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = taken.local_addr().unwrap().to_string();
        let refused = fixture(&["serve", "--addr", &addr], data.path());
        refused.assert_failed(2, &["cannot listen on", &addr, "in use", "--addr"]);
        drop(Server::start(&program::fixture(), data.path()));
    }

    #[test]
    fn in_memory_nothing_touches_the_disk() {
        let here = tempfile::tempdir().unwrap();
        let mut memory = command(&program::fixture());
        memory
            .args(["serve", "--memory", "--addr", "127.0.0.1:0"])
            .current_dir(here.path());
        let process = Process::start(&mut memory);
        let mut lines = Vec::new();
        while lines.len() < 3 {
            lines.push(process.line());
        }
        let find = |start: &str| {
            let line = lines.iter().find_map(|line| line.strip_prefix(start));
            line.unwrap_or_else(|| panic!("no {start:?} in {lines:?}"))
                .to_owned()
        };
        let addr = find("Lunora serves http://").parse().unwrap();
        assert!(find("  data       ").contains("in memory"));
        let authorization = format!("Convex {}", find("  admin key  "));
        let mut client = Client::connect(addr).unwrap();
        let args = serde_json::from_str(MESSAGE).unwrap();
        client.call("mutation", "messages:send", &args).unwrap().unwrap();
        let headers = [("Authorization", &*authorization)];
        let channel = json!({"channel": "general"});
        let counted = client.call_with(&headers, "query", "messages:internalCount", &channel);
        assert_eq!(counted.unwrap().unwrap(), json!(1.0));
        assert_eq!(fs::read_dir(here.path()).unwrap().count(), 0);
    }

    #[test]
    fn the_environment_can_say_it_too() {
        let data = tempfile::tempdir().unwrap();
        let mut plain = command(&program::fixture());
        plain
            .env("LUNORA_ADDR", "127.0.0.1:0")
            .env("LUNORA_DATA", data.path())
            .arg("serve");
        let server = Process::start(&mut plain).serving();
        assert_ne!(server.addr().port(), 3210);
        assert!(data.path().join("admin-key").exists());
    }

    #[test]
    fn what_is_typed_wins_over_the_environment() {
        let data = tempfile::tempdir().unwrap();
        let mut memory = command(&program::fixture());
        memory.args(["serve", "--memory", "--addr", "127.0.0.1:0"]);
        drop(Process::start(memory.env("LUNORA_DATA", data.path())).serving());
        assert_eq!(fs::read_dir(data.path()).unwrap().count(), 0);
    }
}

mod stopping {
    use super::*;

    /// A payment provider that holds its only request until the test lets it go.
    struct Provider(TcpListener);

    impl Provider {
        fn request(&self) -> BufReader<TcpStream> {
            let mut request = BufReader::new(self.0.accept().unwrap().0);
            let mut line = String::new();
            while request.read_line(&mut line).unwrap() > 2 {
                line.clear();
            }
            request
        }

        fn answer(mut request: BufReader<TcpStream>) {
            let body = r#"{"plan":"professional"}"#;
            let length = body.len();
            let answer = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
            );
            request.get_mut().write_all(answer.as_bytes()).unwrap();
        }
    }

    #[test]
    fn sigterm_finishes_what_runs() {
        let data = tempfile::tempdir().unwrap();
        let provider = Provider(TcpListener::bind("127.0.0.1:0").unwrap());
        let mut billing = serve(&program::billing(), data.path());
        billing.env(
            "PAYMENT_PROVIDER",
            format!("http://{}", provider.0.local_addr().unwrap()),
        );
        let mut server = Process::start(&mut billing).serving();
        let customer = json!({"stripeId": "cus_17"});
        server
            .connect()
            .call("mutation", "customers:register", &customer)
            .unwrap()
            .unwrap();

        let mut client = server.connect();
        let asking = thread::spawn({
            let customer = customer.clone();
            move || client.call("action", "customers:syncCustomer", &customer)
        });
        let held = provider.request();
        server.process().terminate();
        until("the door is shut", || TcpStream::connect(server.addr()).is_err());
        assert!(!server.process().has_ended() && !asking.is_finished());
        Provider::answer(held);
        assert_eq!(asking.join().unwrap().unwrap().unwrap(), json!("professional"));
        let status = server.process().wait();
        assert_eq!(status.code(), Some(0), "{}", server.process().log());
        assert!(!data.path().join("address").exists());

        // The mutation that followed the provider's answer is on the disk.
        let plan = command(&program::billing());
        let plan = run({ plan }
            .args(["run", "customers:plan", &customer.to_string(), "--data"])
            .arg(data.path()));
        assert_eq!(plan.unwrap(), "\"professional\"\n");
    }

    #[test]
    fn sigterm_ends_an_idle_server_at_once() {
        let data = tempfile::tempdir().unwrap();
        let mut server = Server::start(&program::fixture(), data.path());
        // Kept alive, and with nothing to say.
        let mut idle = server.connect();
        idle.call("query", "messages:list", &json!({"channel": "general"}))
            .unwrap()
            .unwrap();
        server.process().terminate();
        let start = Instant::now();
        assert_eq!(server.process().wait().code(), Some(0));
        // Far below the patience for calls that run (30 s).
        assert!(start.elapsed() < Duration::from_secs(15), "{:?}", start.elapsed());
    }

    fn until(what: &str, condition: impl Fn() -> bool) {
        let end = Instant::now() + Duration::from_secs(30);
        while !condition() {
            assert!(Instant::now() < end, "never: {what}");
            thread::sleep(Duration::from_millis(2));
        }
    }
}

mod running {
    use super::*;

    #[test]
    fn on_the_data() {
        let data = tempfile::tempdir().unwrap();
        drop(Server::start(&program::fixture(), data.path()));
        let id = fixture(&["run", "messages:send", MESSAGE], data.path()).unwrap();
        assert!(serde_json::from_str::<Value>(&id).unwrap().is_string(), "{id}");
        let count = || fixture(&["run", "messages:internalCount", CHANNEL], data.path()).unwrap();
        assert_eq!(count(), "1.0\n");
        assert_eq!(
            fixture(&["run", "messages:purge", CHANNEL], data.path()).unwrap(),
            "null\n"
        );
        assert_eq!(count(), "0.0\n");
    }

    #[test]
    fn through_the_server_that_holds_the_data() {
        let data = tempfile::tempdir().unwrap();
        let server = Server::start(&program::fixture(), data.path());
        let args = serde_json::from_str(MESSAGE).unwrap();
        server
            .connect()
            .call("mutation", "messages:send", &args)
            .unwrap()
            .unwrap();
        assert_eq!(
            fixture(&["run", "messages:internalCount", CHANNEL], data.path()).unwrap(),
            "1.0\n"
        );
        assert_eq!(
            fixture(&["run", "messages:purge", CHANNEL], data.path()).unwrap(),
            "null\n"
        );
        let left = server
            .connect()
            .call("query", "messages:list", &json!({"channel": "general"}));
        assert_eq!(left.unwrap().unwrap(), json!([]));
        let unknown = fixture(&["run", "messages:nowhere"], data.path());
        unknown.assert_failed(1, &["Could not find function for 'messages:nowhere'"]);
    }

    #[test]
    fn through_a_server_that_is_named() {
        let data = tempfile::tempdir().unwrap();
        let server = Server::start(&program::fixture(), data.path());
        let key = fs::read_to_string(data.path().join("admin-key")).unwrap();
        let url = format!("http://{}/", server.addr());
        let count = |key: &str| {
            let args = [
                "run",
                "messages:internalCount",
                CHANNEL,
                "--url",
                &url,
                "--admin-key",
                key,
            ];
            run(command(&program::fixture()).args(args))
        };
        assert_eq!(count(key.trim()).unwrap(), "0.0\n");
        count("admin|wrong").assert_failed(2, &["401", "admin key"]);
    }

    #[test]
    fn on_the_data_of_a_server_that_was_killed() {
        let data = tempfile::tempdir().unwrap();
        let mut server = Server::start(&program::fixture(), data.path());
        let args = serde_json::from_str(MESSAGE).unwrap();
        server
            .connect()
            .call("mutation", "messages:send", &args)
            .unwrap()
            .unwrap();
        server.process().kill();
        // It has left its address behind, where nobody is any more.
        assert!(data.path().join("address").exists());
        assert_eq!(
            fixture(&["run", "messages:internalCount", CHANNEL], data.path()).unwrap(),
            "1.0\n"
        );
    }

    #[test]
    fn what_fails_is_exit_code_1_with_the_reason_in_full() {
        let data = tempfile::tempdir().unwrap();
        drop(Server::start(&program::fixture(), data.path()));
        let failed = |function: &str, args: &str, parts: &[&str]| {
            fixture(&["run", function, args], data.path()).assert_failed(1, parts);
        };
        failed(
            "messages:nowhere",
            "{}",
            &["Could not find function for 'messages:nowhere'"],
        );
        failed("errors:fail", r#"{"code": "E7"}"#, &["E7"]);
        failed("errors:crash", "{}", &["this function always panics"]);
        failed(
            "messages:list",
            r#"{"channel": 5}"#,
            &["args.channel", "expected string"],
        );
        failed("messages:list", "{}", &["args.channel"]);
    }

    #[test]
    fn a_reader_that_has_seen_enough_is_no_reason_to_panic() {
        let data = tempfile::tempdir().unwrap();
        drop(Server::start(&program::fixture(), data.path()));
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut list = command(&program::fixture());
        list.args(["run", "messages:list", CHANNEL, "--data"])
            .arg(data.path());
        let mut list = list.stdout(writer).stderr(Stdio::piped()).spawn().unwrap();
        let mut log = String::new();
        list.stderr.take().unwrap().read_to_string(&mut log).unwrap();
        assert!(list.wait().unwrap().success() && log.is_empty(), "{log}");
    }

    #[test]
    fn without_data_nothing_is_made() {
        let data = tempfile::tempdir().unwrap();
        let nowhere = data.path().join("nowhere");
        for args in [&["run", "messages:list", CHANNEL][..], &["check"]] {
            fixture(args, &nowhere).assert_failed(2, &["no data in", nowhere.to_str().unwrap()]);
            assert!(!nowhere.exists());
        }
    }
}

#[test]
fn functions_lists_all_of_them() {
    let listed = run(command(&program::fixture()).args(["functions", "--json"])).unwrap();
    let listed: Value = serde_json::from_str(&listed).unwrap();
    let types = listed["types"].as_object().unwrap();
    assert!(types.contains_key("PaginationOptions"));
    let listed = listed["functions"].as_array().unwrap();
    let find = |path: &str| listed.iter().find(|function| function["path"] == path).unwrap();
    let purge = find("messages:purge");
    assert_eq!(
        (&purge["kind"], &purge["visibility"]),
        (&json!("mutation"), &json!("internal"))
    );
    assert_eq!(purge["arguments"], json!(["channel: string"]));
    assert_eq!(purge["docs"], "Removes all messages of a channel.");
    let send = find("messages:sendViaAction");
    assert_eq!(
        (&send["kind"], &send["visibility"]),
        (&json!("action"), &json!("public"))
    );
    assert_eq!(send["arguments"].as_array().unwrap().len(), 3);

    let tree = run(command(&program::fixture()).arg("functions")).unwrap();
    for function in listed {
        let (module, name) = function["path"].as_str().unwrap().split_once(':').unwrap();
        assert!(
            tree.lines().any(|line| line == module),
            "{module} is not in {tree}"
        );
        let [kind, visibility] = ["kind", "visibility"].map(|key| function[key].as_str().unwrap());
        let has = |line: &str| {
            [kind, visibility, &format!("{name}(")]
                .iter()
                .all(|part| line.contains(part))
        };
        assert!(tree.lines().any(has), "{name} is not in {tree}");
    }
}

#[test]
fn check_counts_what_it_has_compared() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(&program::fixture(), data.path());
    let args = serde_json::from_str(MESSAGE).unwrap();
    server
        .connect()
        .call("mutation", "messages:send", &args)
        .unwrap()
        .unwrap();
    fixture(&["check"], data.path()).assert_failed(2, &["running server", "stop it"]);
    drop(server);
    let report = fixture(&["check"], data.path()).unwrap();
    assert!(
        report
            .lines()
            .any(|line| line.starts_with("messages: 1 documents")),
        "{report}"
    );
}

#[test]
fn what_cannot_be_understood_is_exit_code_2_with_advice() {
    let data = tempfile::tempdir().unwrap();
    drop(Server::start(&program::fixture(), data.path()));
    let wrong: [(&[&str], &[&str]); 10] = [
        (&["sevre"], &["sevre", "serve"]),
        (&["serve", "--adr", "127.0.0.1:0"], &["--adr", "--addr"]),
        (&["serve", "--addr", "localhost"], &["--addr", "localhost"]),
        (&["serve", "--memory", "--data", "x"], &["--memory", "--data"]),
        (&["serve", "--dev", "--addr", "0.0.0.0:0"], &["--dev", "loopback"]),
        (&["run"], &["function", "Usage"]),
        (&["run", "a b"], &["a b"]),
        (
            &["run", "messages:list", "channel=general"],
            &["arguments", "JSON"],
        ),
        (&["run", "messages:list", "[1]"], &["one JSON object", "array"]),
        (
            &["run", "messages:list", "--url", "http://127.0.0.1:1"],
            &["--admin-key"],
        ),
    ];
    for (args, parts) in wrong {
        let mut program = command(&program::fixture());
        run(program.args(args).current_dir(data.path())).assert_failed(2, parts);
    }
}

mod crons_and_logs {
    use super::*;

    /// The billing example, whose weekly report asks a provider that is not there and is tried again later.
    fn serve_billing(data: &Path) -> Server {
        let mut billing = serve(&program::billing(), data);
        Process::start(billing.env("PAYMENT_PROVIDER", "http://127.0.0.1:1")).serving()
    }

    fn billing(args: &[&str], data: &Path) -> Finished {
        run(command(&program::billing()).args(args).arg("--data").arg(data))
    }

    #[test]
    fn a_cron_is_listed_and_run_now_and_the_log_says_how_it_ended() {
        let data = tempfile::tempdir().unwrap();
        let data = data.path();
        let _server = serve_billing(data);
        let listed = billing(&["crons", "list"], data).unwrap();
        let (what, next) = listed.split_once("\n  next ").unwrap();
        assert_eq!(
            what,
            "weekly report\n  `0 9 * * MON` Europe/Berlin, reports:build"
        );
        assert!(next.ends_with(" UTC\n"), "{listed}");

        let job = billing(&["crons", "run", "weekly report"], data).unwrap();
        let shown = billing(&["jobs", "show", job.trim()], data).unwrap();
        let shown: Value = serde_json::from_str(&shown).unwrap();
        assert_eq!(shown["function"], "reports:build");
        let refusal = "a run of the cron `weekly report` is under way";
        billing(&["crons", "run", "weekly report"], data).assert_failed(1, &[refusal]);
        billing(&["jobs", "cancel", job.trim()], data).unwrap();
        billing(&["jobs", "retry", job.trim()], data).assert_failed(1, &["no run of a cron", "crons run"]);
        billing(&["crons", "run", "yearly"], data).assert_failed(1, &["there is no cron `yearly`"]);

        let failures = ["logs", "--level", "error", "--function", "reports:build"];
        let end = Instant::now() + Duration::from_mins(1);
        while billing(&failures, data).unwrap().is_empty() {
            assert!(Instant::now() < end, "nothing was logged");
        }
        let text = billing(&failures, data).unwrap();
        assert!(
            text.contains("ERROR") && text.contains(" reports:build: "),
            "{text}"
        );
        let json = billing(&[&failures[..], &["--json"]].concat(), data).unwrap();
        let line: Value = serde_json::from_str(json.lines().next().unwrap()).unwrap();
        assert_eq!(
            (&line["level"], &line["function"]),
            (&json!("error"), &json!("reports:build"))
        );
    }

    #[test]
    fn without_a_server_they_say_that_there_is_none() {
        let data = tempfile::tempdir().unwrap();
        drop(serve_billing(data.path()));
        for args in [&["crons", "list"][..], &["logs"], &["jobs", "list"]] {
            billing(args, data.path()).assert_failed(2, &["no server runs on this data", "serve", "--url"]);
        }
    }
}

mod jobs {
    use super::*;

    fn jobs(args: &[&str], data: &Path) -> Finished {
        fixture(&[&["jobs"], args].concat(), data)
    }

    /// Schedules a call and returns the id of its job.
    fn schedule(server: &Server, promise: &str, spread: u32) -> String {
        let keys = if spread == 0 {
            json!(["now"])
        } else {
            json!(["now", "later"])
        };
        let args = json!({"promise": promise, "keys": keys, "spread": spread});
        let ids = server.connect().call("mutation", "promises:schedule", &args);
        let ids = ids.unwrap().unwrap();
        ids.as_array()
            .unwrap()
            .last()
            .unwrap()
            .as_str()
            .unwrap()
            .to_owned()
    }

    fn state(id: &str, data: &Path) -> Value {
        let shown = jobs(&["show", id, "--json"], data).unwrap();
        serde_json::from_str::<Value>(&shown).unwrap()["state"].clone()
    }

    fn wait_for(state: &str, id: &str, data: &Path) {
        let end = Instant::now() + Duration::from_mins(1);
        while self::state(id, data) != state {
            assert!(Instant::now() < end, "{id} is not {state}");
        }
    }

    /// With all rights of an administrator, and maybe all data.
    #[test]
    fn what_is_said_to_a_server_passes_no_proxy() {
        let data = tempfile::tempdir().unwrap();
        let _server = Server::start(&program::fixture(), data.path());
        let proxy = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", proxy.local_addr().unwrap());
        // Hangs up on whoever asks, so that a command which does fails.
        thread::spawn(move || proxy.incoming().for_each(drop));
        let file = data.path().join("export");
        for args in [&["jobs", "list"][..], &["export", file.to_str().unwrap()]] {
            let mut program = command(&program::fixture());
            for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
                program.env(name, &address);
            }
            run(program.args(args).arg("--data").arg(data.path())).unwrap();
        }
    }

    #[test]
    fn a_server_that_is_none_of_ours_is_told_from_one_that_refuses() {
        let stranger = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", stranger.local_addr().unwrap());
        thread::spawn(move || {
            let (mut stream, _) = stranger.accept().unwrap();
            let _ = stream.read(&mut [0; 4096]);
            let body = r#"{"error":"not found"}"#;
            let head = format!("HTTP/1.1 404 Not Found\r\ncontent-length: {}\r\n\r\n", body.len());
            stream.write_all((head + body).as_bytes()).unwrap();
        });
        let mut program = command(&program::fixture());
        let asked = program.args(["jobs", "list", "--url", &url, "--admin-key", "admin|0"]);
        run(asked).assert_failed(2, &[&url, "404", "not found"]);
    }

    #[test]
    fn no_text_of_a_client_steers_the_terminal_of_who_looks_at_jobs() {
        let data = tempfile::tempdir().unwrap();
        let server = Server::start(&program::fixture(), data.path());
        let key = "\u{1b}[2J\u{7}\u{9b}m\rok";
        let args = json!({"promise": "failing", "keys": [key], "spread": 0});
        let ids = server.connect().call("mutation", "promises:schedule", &args);
        let id = ids.unwrap().unwrap()[0].as_str().unwrap().to_owned();
        wait_for("failed", &id, data.path());
        for args in [&["list"][..], &["list", "--json"], &["show", &id]] {
            let shown = jobs(args, data.path()).unwrap();
            assert!(shown.contains("ok fails on purpose"), "{shown:?}");
            assert!(
                !shown.contains(|c: char| c.is_control() && c != '\n'),
                "{shown:?}"
            );
        }
    }

    #[test]
    fn a_failed_job_is_listed_shown_and_run_again() {
        let data = tempfile::tempdir().unwrap();
        let server = Server::start(&program::fixture(), data.path());
        let id = schedule(&server, "failing", 0);
        wait_for("failed", &id, data.path());
        let listed = jobs(&["list", "--state", "failed"], data.path()).unwrap();
        let line = format!("{id}  failed      1 runs  promises:fail  now fails on purpose\n");
        assert_eq!(listed, line);
        let shown = jobs(&["show", &id, "--json"], data.path()).unwrap();
        let shown: Value = serde_json::from_str(&shown).unwrap();
        assert_eq!(shown["arguments"], json!({"key": "now", "given": 0.0}));
        assert_eq!(shown["error"], "now fails on purpose");
        jobs(&["cancel", &id], data.path()).assert_failed(1, &["the job is over (failed)"]);

        assert_eq!(
            jobs(&["retry", &id], data.path()).unwrap(),
            format!("{id} runs again\n")
        );
        wait_for("failed", &id, data.path());
        let shown = jobs(&["show", &id, "--json"], data.path()).unwrap();
        let shown: Value = serde_json::from_str(&shown).unwrap();
        assert_eq!(shown["attempts"].as_f64(), Some(2.0));
    }

    #[test]
    fn a_job_is_canceled_before_its_time() {
        let data = tempfile::tempdir().unwrap();
        let server = Server::start(&program::fixture(), data.path());
        let id = schedule(&server, "muchLater", 1);
        assert_eq!(
            jobs(&["cancel", &id], data.path()).unwrap(),
            format!("{id} is canceled\n")
        );
        assert_eq!(state(&id, data.path()), "canceled");
        let listed = jobs(&["list", "--json"], data.path()).unwrap();
        assert!(listed.contains(&id), "{listed}");
    }

    #[test]
    fn jobs_that_hold_their_threads_are_named_and_hold_up_nobody() {
        let data = tempfile::tempdir().unwrap();
        let mut server = Server::start(&program::fixture(), data.path());
        let file = data.path().join("go on");
        let keys = [file.to_str().unwrap(); MUTATIONS_AT_ONCE];
        let args = json!({"promise": "holding", "keys": keys, "spread": 0});
        server
            .connect()
            .call("mutation", "promises:schedule", &args)
            .unwrap()
            .unwrap();
        // A mutation of a client, and a job after those.
        let id = schedule(&server, "exactlyOnce", 0);
        wait_for("succeeded", &id, data.path());

        let stuck = || {
            let listed = jobs(&["list"], data.path()).unwrap();
            listed
                .lines()
                .filter(|line| line.contains("  stuck  ") && line.ends_with("promises:hold"))
                .count()
        };
        let end = Instant::now() + Duration::from_mins(1);
        while stuck() < keys.len() {
            assert!(Instant::now() < end, "{} are named", stuck());
        }
        let mut named = || {
            let log = server.process().log();
            let lines = log.lines().filter(|line| line.contains("without yielding"));
            lines.filter(|line| line.contains("promises:hold")).count()
        };
        while named() < keys.len() {
            assert!(Instant::now() < end, "{} are in the log", named());
        }
        assert_eq!(named(), keys.len(), "each once");

        std::fs::write(&file, "").unwrap();
        while stuck() > 0 {
            assert!(Instant::now() < end, "{} are still named", stuck());
        }
    }

    #[test]
    fn without_a_server_there_is_nothing_to_look_at() {
        let data = tempfile::tempdir().unwrap();
        let mut server = Server::start(&program::fixture(), data.path());
        let id = schedule(&server, "muchLater", 1);
        server.process().kill();
        jobs(&["show", &id], data.path()).assert_failed(2, &["no server runs on this data"]);
        jobs(&["show", "not-a-job"], data.path()).assert_failed(2, &["a document id"]);
    }
}

#[test]
fn help_names_the_commands() {
    let help = run(command(&program::fixture()).arg("--help")).unwrap();
    for name in [
        "lunora-fixture",
        "serve",
        "run",
        "functions",
        "check",
        "keys",
        "jobs",
        "export",
        "import",
    ] {
        assert!(help.contains(name), "{name} is not in {help}");
    }
    for name in [
        "serve",
        "run",
        "functions",
        "check",
        "keys",
        "jobs",
        "export",
        "import",
    ] {
        let help = run(command(&program::fixture()).args([name, "--help"])).unwrap();
        assert!(help.contains("Usage") && help.contains(name), "{help}");
    }
}
