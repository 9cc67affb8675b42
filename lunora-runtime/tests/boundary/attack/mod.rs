//! The attacks, on any application that has a public query `values:echo`.
//!
//! Every internal function of the application is tried in every spelling, on every route, with every sort of
//! arguments and headers. The answer must be that for a name which differs in one letter and names nothing: the same
//! status, the same headers, the same bytes but for that letter and the request id.

mod entries;
mod names;
mod probe;
mod socket;

use std::time::Duration;

use data_encoding::BASE64;
use lunora_core::path::FunctionPath;
use lunora_runtime::{
    functions::{Clock, Scope, SystemClock},
    server::ROUTES,
    testing::TestIssuer,
};

use self::{
    entries::{ENTRIES, Entry, HTTP_ACTIONS},
    names::{Name, hidden_functions, spellings},
    probe::{Pair, Prober, Request},
};
pub(crate) use self::{
    names::internal_functions,
    socket::{
        no_message_tells_them_apart, no_record_of_a_session_tells_them_apart,
        with_an_admin_key_each_message_runs_them,
    },
};
use crate::support::Running;

pub(crate) fn every_route_is_an_entry_of_this_test() {
    let routes: Vec<_> = ROUTES.iter().map(|route| (route.verb(), route.path())).collect();
    let entries: Vec<_> = ENTRIES.iter().map(|entry| (entry.verb, entry.path)).collect();
    assert_eq!(
        routes, entries,
        "a route without an entry is one that nobody has attacked"
    );
}

/// Has each request, for each internal function and each route, compared with that for a missing name.
fn compare_all(server: &Running, requests: impl Fn(&Entry, &Name) -> Vec<Request>) {
    let mut prober = Prober::new(server);
    for name in hidden_functions(server) {
        for missing in name.missing() {
            for entry in ENTRIES.iter().chain(HTTP_ACTIONS) {
                for (internal, missing) in requests(entry, &name).into_iter().zip(requests(entry, &missing)) {
                    prober.compare(&Pair { internal, missing });
                }
            }
        }
    }
    assert!(prober.compared > ENTRIES.len(), "{}", prober.compared);
}

/// Arguments, as JSON: right in both shapes, wrong, missing, unknown, not arguments at all, not JSON.
fn arguments(name: &Name) -> Vec<String> {
    let right = &name.args;
    let near = [
        right.clone(),
        format!("[{right}]"),
        format!(r#"{},"more":2}}"#, &right[..right.len() - 1]),
    ];
    let wrong = [
        "{}",
        "null",
        "[1]",
        r#"{"value":[]}"#,
        r#"{"channel":5}"#,
        r#"{"value":{"$integer":"!"}}"#,
        "{",
    ];
    near.into_iter().chain(wrong.map(str::to_owned)).collect()
}

fn with_all_arguments(name: &Name, request: impl Fn(&str) -> Request) -> Vec<Request> {
    arguments(name).iter().map(|args| request(args)).collect()
}

pub(crate) fn no_spelling_on_no_route_with_no_arguments_tells_them_apart(server: &Running) {
    for spell in spellings() {
        compare_all(server, |entry, name| {
            with_all_arguments(name, |args| entry.request(&spell(name), args, ""))
        });
    }
}

/// Whoever somebody is, what is internal does not exist for them: users, whose tokens are valid or not, and holders of
/// keys that are good for something else.
pub(crate) fn no_identity_tells_them_apart(server: &Running) {
    let now = SystemClock.now();
    let stranger = TestIssuer::new("https://issuer.example", "test-app");
    let old = server
        .issuer
        .claims("ada", now - Duration::from_hours(2), Duration::from_hours(1));
    let user = BASE64.encode(br#"{"issuer":"https://issuer.example","subject":"ada","role":"admin"}"#);
    let mut admin = server.issuer.claims("admin", now, Duration::from_hours(1));
    admin["scopes"] = serde_json::json!(["run-internal"]);
    for (status, headers) in [
        (200, server.as_user("ada")),
        (200, bearer(&server.issuer.sign(&admin))),
        (401, bearer(&server.issuer.sign(&old))),
        (401, bearer(&stranger.token("ada", now))),
        (200, server.with_key("acts", &[Scope::ActAs], &format!(":{user}"))),
        (403, server.with_key("acts-as-nobody", &[Scope::ActAs], "")),
        (
            403,
            server.with_key("data", &[Scope::ReadData, Scope::WriteData], ""),
        ),
        (
            403,
            server.with_key("data-and-user", &[Scope::ReadData], &format!(":{user}")),
        ),
        (401, revoked_key(server)),
    ] {
        let echo = server.post_with(
            "/api/query",
            &headers,
            r#"{"path":"values:echo","args":{"value":1}}"#,
        );
        assert_eq!(echo.status, status, "{headers} {echo:?}");
        compare_all(server, |entry, name| {
            with_all_arguments(name, |args| entry.request(&name.text(), args, &headers))
        });
    }
}

fn bearer(token: &str) -> String {
    format!("Authorization: Bearer {token}\r\n")
}

fn revoked_key(server: &Running) -> String {
    let headers = server.with_key("revoked", &Scope::ALL, "");
    let all = server.runtime.admin_keys().verify(&server.admin_key).unwrap();
    server
        .runtime
        .revoke_key(&all.manage_keys().unwrap(), "revoked")
        .unwrap();
    headers
}

pub(crate) fn no_header_tells_them_apart(server: &Running) {
    const USED: &str = "99999999-8888-7777-6666-555555555555";
    let key = &server.admin_key;
    for name in internal_functions(server) {
        use_up(server, &name, USED);
    }
    for headers in [
        "Authorization: Convex wrong\r\n",
        &format!("Authorization: Convex {key}x\r\n"),
        &format!("Authorization: {key}\r\n"),
        &format!("Authorization: Convex {key}:!\r\n"),
        "Authorization: Convex admin|\r\n",
        "Authorization: Bearer eyJhbGciOiJub25lIn0.e30.\r\n",
        "Authorization:\r\n",
        &format!("Idempotency-Key: {USED}\r\n"),
        "Idempotency-Key: 12345678-8888-7777-6666-555555555555\r\n",
        "Idempotency-Key: guess\r\n",
        "Origin: https://evil.example\r\n",
        "Convex-Client: npm-1.48.0\r\n",
        "X-Forwarded-For: 127.0.0.1\r\nX-Http-Method-Override: GET\r\nX-Original-Url: /api/function\r\n",
    ] {
        compare_all(server, |entry, name| {
            with_all_arguments(name, |args| entry.request(&name.text(), args, headers))
        });
    }
}

/// Has an administrator call the function under an idempotency key, so that there may be a record of it.
fn use_up(server: &Running, name: &Name, key: &str) {
    let headers = format!("{}Idempotency-Key: {key}\r\n", server.as_admin());
    let body = format!(r#"{{"path":"{}","args":{}}}"#, name.text(), name.args);
    let reply = server.post_with("/api/function", &headers, body);
    // The key belongs to the first mutation; the others hear that, and what is no mutation has no use for one.
    let heard = ["success", "IdempotencyKeyReused", "IdempotencyKeyUnusable"];
    assert!(heard.iter().any(|word| reply.text().contains(word)), "{reply:?}");
}

pub(crate) fn no_method_tells_them_apart(server: &Running) {
    for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW"] {
        compare_all(server, |entry, name| {
            with_all_arguments(name, |args| entry.request(&name.text(), args, "").by(method))
        });
    }
}

pub(crate) fn no_wording_of_the_body_tells_them_apart(server: &Running) {
    for body in [
        r#"{"path":"PATH","path":"values:echo","args":ARGS}"#,
        r#"{"path":"values:echo","path":"PATH","args":ARGS}"#,
        r#"{"path":"PATH","args":ARGS,"args":{}}"#,
        r#"{"path":"PATH","args":ARGS,"componentPath":""}"#,
        r#"{"path":"PATH","args":ARGS,"componentPath":"a"}"#,
        r#"{"path":"PATH","args":ARGS,"format":"convex_encoded_json"}"#,
        r#"{"path":"PATH","args":ARGS,"format":"nonsense"}"#,
        r#"{"path":"PATH","args":ARGS,"visibility":"public","isInternal":false,"kind":"query"}"#,
        r#"{"path":{"path":"PATH"},"args":ARGS}"#,
        r#"[{"path":"PATH","args":ARGS}]"#,
        r#"["PATH","convex_encoded_json",ARGS,null,null]"#,
        r#"{"path":"PATH","args":[ARGS],"ts":{"path":"PATH"}}"#,
    ] {
        compare_all(server, |entry, name| {
            let body = body.replace("PATH", &name.text()).replace("ARGS", &name.args);
            vec![entry.request(&name.text(), "{}", "").with_body(entry.body(&body))]
        });
    }
}

pub(crate) fn the_probe_notices_a_difference(server: &Running) {
    let entry = ENTRIES.iter().find(|entry| entry.path == "/api/query").unwrap();
    let told_apart = |left: &str, right: &str| {
        let request = |path: &str| entry.request(path, r#"{"value":1}"#, "");
        Prober::new(server)
            .difference(&Pair {
                internal: request(left),
                missing: request(right),
            })
            .is_some()
    };
    assert!(
        told_apart("values:echo", "values:echp"),
        "a public function is no secret"
    );
    let name = &internal_functions(server)[0];
    assert!(!told_apart(&name.text(), &name.missing()[0].text()));
}

pub(crate) fn with_an_admin_key_each_of_them_runs(server: &Running) {
    for name in internal_functions(server) {
        let runs = |entry: &&Entry| entry.calls() && entry.kind.is_none_or(|kind| kind == name.kind);
        let entries: Vec<_> = ENTRIES.iter().filter(runs).collect();
        assert!(entries.len() >= 3, "its own route, and those for any kind");
        for entry in entries {
            for spelling in [name.text(), format!("{}.js:{}", name.module, name.function)] {
                let request = entry.request(&spelling, &name.args, &server.as_admin());
                let reply = request.send(&mut server.connect());
                assert!(
                    reply.text().contains(r#"{"status":"success","#),
                    "{entry:?} {reply:?}"
                );
            }
        }
    }
}

pub(crate) fn with_an_admin_key_the_kind_still_counts(server: &Running) {
    for name in internal_functions(server) {
        for entry in ENTRIES
            .iter()
            .filter(|entry| entry.kind.is_some_and(|kind| kind != name.kind))
        {
            let request = entry.request(&name.text(), &name.args, &server.as_admin());
            let reply = request.send(&mut server.connect());
            let words = format!("but it is defined as {}", name.kind.name());
            assert!(reply.text().contains(&words), "{reply:?}");
        }
    }
}

pub(crate) fn names_differ_in_one_letter_and_mean_nothing(server: &Running) {
    let names = internal_functions(server);
    for name in &names {
        for missing in name.missing() {
            let (there, not_there) = (name.text(), missing.text());
            assert_eq!(there.len(), not_there.len());
            assert_eq!(
                there
                    .bytes()
                    .zip(not_there.bytes())
                    .filter(|(left, right)| left != right)
                    .count(),
                1
            );
            assert!(FunctionPath::parse(&not_there).is_ok());
            assert!(server.functions.iter().all(|function| function.path != not_there));
        }
    }
}

/// The attacks as tests; `$server` starts a server of the application.
macro_rules! tests {
    ($server:expr; $($attack:ident)*) => {$(
        #[test]
        fn $attack() {
            attack::$attack(&$server);
        }
    )*};
    ($server:expr) => {
        attack::tests! {
            $server;
            no_spelling_on_no_route_with_no_arguments_tells_them_apart
            no_header_tells_them_apart
            no_identity_tells_them_apart
            no_method_tells_them_apart
            no_wording_of_the_body_tells_them_apart
            the_probe_notices_a_difference
            no_message_tells_them_apart
            no_record_of_a_session_tells_them_apart
            with_an_admin_key_each_message_runs_them
            with_an_admin_key_each_of_them_runs
            with_an_admin_key_the_kind_still_counts
            names_differ_in_one_letter_and_mean_nothing
        }

        #[test]
        fn every_route_is_an_entry_of_this_test() {
            attack::every_route_is_an_entry_of_this_test();
        }
    };
}
pub(crate) use tests;
