//! Who calls, as the owner of a deployment sets it up: issuers that are trusted, and admin keys.
#![cfg(unix)]

mod support;

use std::{fs, path::Path, time::SystemTime};

use lunora::{Time, testing::TestIssuer};
use serde_json::{Value, json};
use support::{
    http::{Client, Outcome},
    program,
    server::{Finished, Process, Server, command, run, serve},
};

/// A command of the fixture on the data, to its end.
fn fixture(args: &[&str], data: &Path) -> Finished {
    run(command(&program::fixture()).args(args).arg("--data").arg(data))
}

/// Calls a function with a credential.
fn call(client: &mut Client, authorization: &str, function: &str, args: &Value) -> std::io::Result<Outcome> {
    client.call_with(&[("Authorization", authorization)], "query", function, args)
}

/// Calls an internal function with a key.
fn count(server: &Server, key: &str) -> std::io::Result<Outcome> {
    let args = json!({"channel": "general"});
    call(
        &mut server.connect(),
        &format!("Convex {}", key.trim()),
        "messages:internalCount",
        &args,
    )
}

#[track_caller]
fn assert_opens_nothing(server: &Server, key: &str) {
    let refused = count(server, key).unwrap_err().to_string();
    assert!(
        refused.starts_with("401") && refused.contains("BadAdminKey"),
        "{refused}"
    );
}

/// An empty store that a server has made.
fn data() -> tempfile::TempDir {
    let data = tempfile::tempdir().unwrap();
    drop(Server::start(&program::fixture(), data.path()));
    data
}

mod keys {
    use super::*;

    #[test]
    fn on_the_data() {
        let data = data();
        let made = fixture(
            &["keys", "create", "ci", "--scope", "run-internal,act-as"],
            data.path(),
        );
        assert!(made.stderr.contains("this once"), "{made:?}");
        let key = made.unwrap();
        // Nothing but the key, so that it can be put into a file or a variable.
        assert!(key.starts_with("ci|") && key.lines().count() == 1, "{key}");
        fixture(&["keys", "create", "old", "--scope", "read-data"], data.path()).unwrap();
        assert_eq!(
            fixture(&["keys", "revoke", "old"], data.path()).unwrap(),
            "old is revoked\n"
        );
        assert_eq!(
            fixture(&["keys", "list"], data.path()).unwrap(),
            "admin  run-internal, act-as, read-data, write-data\nci     run-internal, act-as\n"
        );
        let server = Server::start(&program::fixture(), data.path());
        assert_eq!(count(&server, &key).unwrap().unwrap(), json!(0.0));
    }

    #[test]
    fn through_the_server_that_holds_the_data() {
        let data = tempfile::tempdir().unwrap();
        let server = Server::start(&program::fixture(), data.path());
        let made = ["keys", "create", "ci", "--scope", "run-internal", "--json"];
        let made: Value = serde_json::from_str(&fixture(&made, data.path()).unwrap()).unwrap();
        let key = made["key"].as_str().unwrap();
        assert_eq!(count(&server, key).unwrap().unwrap(), json!(0.0));
        let listed: Value =
            serde_json::from_str(&fixture(&["keys", "list", "--json"], data.path()).unwrap()).unwrap();
        assert_eq!(listed["keys"][1]["name"], "ci");
        assert_eq!(listed["keys"][1]["scopes"], json!(["run-internal"]));
        fixture(&["keys", "revoke", "ci"], data.path()).unwrap();
        assert_opens_nothing(&server, key);
    }

    #[test]
    fn through_a_server_that_is_named() {
        let data = tempfile::tempdir().unwrap();
        let server = Server::start(&program::fixture(), data.path());
        let (url, all) = (
            format!("http://{}", server.addr()),
            fs::read_to_string(data.path().join("admin-key")).unwrap(),
        );
        let with = |key: &str, args: &[&str]| {
            let mut command = command(&program::fixture());
            let command = command.arg("keys").args(args).args(["--url", &url]);
            run(command.env("LUNORA_ADMIN_KEY", key.trim()))
        };
        let limited = with(&all, &["create", "limited", "--scope", "run-internal"]).unwrap();
        with(&limited, &["list"]).assert_failed(2, &["403", "act-as"]);
        with(&limited, &["create", "more", "--scope", "act-as"]).assert_failed(2, &["403"]);
        with(&limited, &["revoke", "admin"]).assert_failed(2, &["403"]);
        with("admin|wrong", &["list"]).assert_failed(2, &["401"]);
        assert_eq!(with(&all, &["list"]).unwrap().lines().count(), 2);
    }

    #[test]
    fn the_first_key_can_be_replaced() {
        let data = tempfile::tempdir().unwrap();
        let file = data.path().join("admin-key");
        let server = Server::start(&program::fixture(), data.path());
        let first = fs::read_to_string(&file).unwrap();
        fixture(&["keys", "revoke", "admin"], data.path()).unwrap();
        assert_opens_nothing(&server, &first);
        assert!(!file.exists(), "it says nothing any more");
        drop(server);
        // A store without keys gets a first one again.
        let server = Server::start(&program::fixture(), data.path());
        let second = fs::read_to_string(&file).unwrap();
        assert_ne!(first, second);
        assert_eq!(count(&server, &second).unwrap().unwrap(), json!(0.0));
        assert_opens_nothing(&server, &first);
    }

    #[test]
    fn what_cannot_be_done_says_why() {
        let data = data();
        let failed = |args: &[&str], code: i32, parts: &[&str]| {
            let args = [&["keys"], args].concat();
            fixture(&args, data.path()).assert_failed(code, parts);
        };
        failed(&["create", "admin", "--scope", "act-as"], 1, &["`admin` already"]);
        failed(&["create", "a b", "--scope", "act-as"], 1, &["letters"]);
        failed(&["revoke", "nobody"], 1, &["no key `nobody`"]);
        failed(&["create", "x", "--scope", "root"], 2, &["root", "run-internal"]);
        failed(&["create", "x"], 2, &["--scope"]);
        failed(&["list", "--url", "http://127.0.0.1:1"], 2, &["--admin-key"]);
        let _server = Server::start(&program::fixture(), data.path());
        failed(&["create", "admin", "--scope", "act-as"], 1, &["`admin` already"]);
        failed(&["revoke", "nobody"], 1, &["no key `nobody`"]);
        run(command(&program::fixture()).arg("keys")).assert_failed(2, &["create", "list", "revoke"]);
    }
}

mod trust {
    use super::*;

    /// Makes a token that is good now.
    fn token(issuer: &TestIssuer) -> String {
        format!("Bearer {}", issuer.token("ada", Time::from(SystemTime::now())))
    }

    /// An issuer with its keys in a file.
    fn issuer(name: &str, directory: &Path) -> (TestIssuer, String) {
        let issuer = TestIssuer::new(name, "my-app");
        let file = directory.join(format!("{name}.json"));
        fs::write(&file, issuer.jwks()).unwrap();
        let spec = format!("issuer={name},audience=my-app,jwks={}", file.display());
        (issuer, spec)
    }

    fn me(server: &Server, authorization: &str) -> std::io::Result<Outcome> {
        call(&mut server.connect(), authorization, "users:me", &json!({}))
    }

    #[test]
    fn issuers_are_named_on_the_command_line() {
        let data = tempfile::tempdir().unwrap();
        let (one, first) = issuer("one", data.path());
        let (two, second) = issuer("two", data.path());
        let mut started = serve(&program::fixture(), &data.path().join("data"));
        let process = Process::start(started.args(["--trust", &first, "--trust", &second]));
        let server = process.serving();
        for (issuer, user) in [(&one, "one|ada"), (&two, "two|ada")] {
            assert_eq!(me(&server, &token(issuer)).unwrap().unwrap(), json!(user));
        }
        let stranger = me(&server, &token(&TestIssuer::new("three", "my-app"))).unwrap_err();
        assert!(stranger.to_string().contains("NoAuthProvider"), "{stranger}");
        assert_eq!(
            server
                .connect()
                .call("query", "users:me", &json!({}))
                .unwrap()
                .unwrap(),
            json!(null)
        );
    }

    #[test]
    fn issuers_are_named_in_the_environment_and_in_the_greeting() {
        let data = tempfile::tempdir().unwrap();
        let (one, first) = issuer("one", data.path());
        let (_, second) = issuer("two", data.path());
        let mut started = serve(&program::fixture(), &data.path().join("data"));
        let process = Process::start(started.env("LUNORA_TRUST", format!("{first} {second}")));
        let lines = [(); 4].map(|()| process.line());
        assert_eq!(lines[3], "  trusts     one, two");
        let addr = lines[0]
            .strip_prefix("Lunora serves http://")
            .unwrap()
            .parse()
            .unwrap();
        let mut client = Client::connect(addr).unwrap();
        let answer = call(&mut client, &token(&one), "users:me", &json!({}));
        assert_eq!(answer.unwrap().unwrap(), json!("one|ada"));
    }

    #[test]
    fn what_cannot_be_trusted_refuses_the_start() {
        let data = tempfile::tempdir().unwrap();
        let empty = data.path().join("empty.json");
        fs::write(&empty, r#"{"keys":[]}"#).unwrap();
        let empty = format!("issuer=a,audience=b,jwks={}", empty.display());
        for (spec, parts) in [
            ("https://login.example.com", &["--trust", "NAME=VALUE"][..]),
            ("issuer=https://login.example.com", &["--trust", "audience"]),
            (
                "issuer=a,audience=b,jwks=nowhere.json",
                &["nowhere.json", "cannot be read"],
            ),
            (
                "issuer=http://login.example.com,audience=b",
                &["http://login.example.com", "https"],
            ),
            (&empty, &["key set", "no key"]),
        ] {
            let mut started = serve(&program::fixture(), &data.path().join("data"));
            run(started.args(["--trust", spec])).assert_failed(2, parts);
        }
    }

    #[test]
    fn help_says_how() {
        let help = run(command(&program::fixture()).args(["serve", "--help"])).unwrap();
        for part in [
            "--trust <SPEC>",
            "issuer=ISS",
            "audience=AUD",
            "jwks=KEYS",
            "LUNORA_TRUST",
        ] {
            assert!(help.contains(part), "{part} is not in {help}");
        }
    }
}
