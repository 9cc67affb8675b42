//! The boundary: whoever has no admin key cannot tell an internal function from one that does not exist.
//!
//! Every internal function of the application is tried in every spelling, on every route, with every sort of
//! arguments and headers. The answer must be that for a name which differs in one letter and names nothing: the same
//! status, the same headers, the same bytes but for that letter and the request id.

#[path = "../support/mod.rs"]
mod support;

mod entries;
mod names;
mod probe;

use lunora_core::{path::FunctionPath, reference::Kind};
use lunora_runtime::server::ROUTES;

use self::{
    entries::{ENTRIES, Entry},
    names::{Name, internal_functions, spellings},
    probe::{Pair, Prober},
};
use crate::support::{Running, options, serve};

/// Arguments, as JSON: right in both shapes, wrong, missing, unknown, not arguments at all, not JSON.
const ARGS: [&str; 9] = [
    r#"{"value":1}"#,
    r#"[{"value":1}]"#,
    r#"{"value":"x"}"#,
    "{}",
    r#"{"value":1,"more":2}"#,
    "null",
    "[1]",
    r#"{"value":{"$integer":"!"}}"#,
    "{",
];

fn server() -> (Running, Vec<Name>) {
    let server = serve(options());
    let names = internal_functions(&server);
    for kind in [Kind::Query, Kind::Mutation, Kind::Action] {
        assert!(
            names.iter().any(|name| name.kind == kind),
            "the application has an internal {kind:?}"
        );
    }
    (server, names)
}

#[test]
fn every_route_is_an_entry_of_this_test() {
    let routes: Vec<_> = ROUTES.iter().map(|route| (route.verb(), route.path())).collect();
    let entries: Vec<_> = ENTRIES.iter().map(|entry| (entry.verb, entry.path)).collect();
    assert_eq!(
        routes, entries,
        "a route without an entry is one that nobody has attacked"
    );
}

#[test]
fn no_spelling_on_no_route_with_no_arguments_tells_them_apart() {
    let (server, names) = server();
    let mut prober = Prober::new(&server);
    for name in &names {
        for entry in ENTRIES {
            for spell in spellings() {
                for args in ARGS {
                    prober.compare(&name.pairs(|name| entry.request(&spell(name), args, "")));
                }
            }
        }
    }
    assert!(prober.compared > 10_000, "{}", prober.compared);
}

#[test]
fn no_header_tells_them_apart() {
    let (server, names) = server();
    let used = "99999999-8888-7777-6666-555555555555";
    let headers = [
        "Authorization: Convex wrong\r\n".to_owned(),
        format!("Authorization: Convex {}x\r\n", server.admin_key),
        format!("Authorization: {}\r\n", server.admin_key),
        format!("Authorization: Convex {}:!\r\n", server.admin_key),
        "Authorization: Convex admin|\r\n".to_owned(),
        "Authorization: Bearer eyJhbGciOiJub25lIn0.e30.\r\n".to_owned(),
        "Authorization:\r\n".to_owned(),
        format!("Idempotency-Key: {used}\r\n"),
        "Idempotency-Key: 12345678-8888-7777-6666-555555555555\r\n".to_owned(),
        "Idempotency-Key: guess\r\n".to_owned(),
        "Origin: https://evil.example\r\n".to_owned(),
        "Convex-Client: npm-1.48.0\r\n".to_owned(),
        "X-Forwarded-For: 127.0.0.1\r\nX-Http-Method-Override: GET\r\nX-Original-Url: /api/function\r\n"
            .to_owned(),
    ];
    let mut prober = Prober::new(&server);
    for name in &names {
        use_up(&server, name, used);
        for entry in ENTRIES {
            for headers in &headers {
                for args in ARGS {
                    prober.compare(&name.pairs(|name| entry.request(&name.text(), args, headers)));
                }
            }
        }
    }
}

/// Has an administrator call the function under an idempotency key, so that there may be a record of it.
fn use_up(server: &Running, name: &Name, key: &str) {
    let headers = format!("{}Idempotency-Key: {key}\r\n", server.as_admin());
    let body = format!(r#"{{"path":"{}","args":{{"value":1}}}}"#, name.text());
    let reply = server.post_with("/api/function", &headers, body);
    // The key belongs to the first mutation; the others hear that.
    assert!(
        reply.text().contains("success") || reply.text().contains("IdempotencyKeyReused"),
        "{reply:?}"
    );
}

#[test]
fn no_method_tells_them_apart() {
    let (server, names) = server();
    let mut prober = Prober::new(&server);
    for name in &names {
        for entry in ENTRIES {
            for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW"] {
                for args in ARGS {
                    prober.compare(&name.pairs(|name| entry.request(&name.text(), args, "").by(method)));
                }
            }
        }
    }
}

#[test]
fn no_wording_of_the_body_tells_them_apart() {
    let bodies: [fn(&str) -> String; 10] = [
        |path| format!(r#"{{"path":"{path}","path":"values:echo","args":{{"value":1}}}}"#),
        |path| format!(r#"{{"path":"values:echo","path":"{path}","args":{{"value":1}}}}"#),
        |path| format!(r#"{{"path":"{path}","args":{{"value":1}},"args":{{}}}}"#),
        |path| format!(r#"{{"path":"{path}","args":{{"value":1}},"componentPath":""}}"#),
        |path| format!(r#"{{"path":"{path}","args":{{"value":1}},"componentPath":"a"}}"#),
        |path| format!(r#"{{"path":"{path}","args":{{"value":1}},"format":"convex_encoded_json"}}"#),
        |path| format!(r#"{{"path":"{path}","args":{{"value":1}},"format":"nonsense"}}"#),
        |path| {
            format!(r#"{{"path":"{path}","args":{{"value":1}},"visibility":"public","isInternal":false}}"#)
        },
        |path| format!(r#"{{"path":{{"path":"{path}"}},"args":{{"value":1}}}}"#),
        |path| format!(r#"[{{"path":"{path}","args":{{"value":1}}}}]"#),
    ];
    let (server, names) = server();
    let mut prober = Prober::new(&server);
    for name in &names {
        for entry in ENTRIES {
            for body in bodies {
                prober.compare(&name.pairs(|name| {
                    entry
                        .request(&name.text(), "{}", "")
                        .with_body(body(&name.text()))
                }));
            }
        }
    }
}

#[test]
fn the_probe_notices_a_difference() {
    let (server, names) = server();
    let entry = ENTRIES.iter().find(|entry| entry.path == "/api/query").unwrap();
    let told_apart = |left: &str, right: &str| {
        let request = |path: &str| entry.request(path, r#"{"value":1}"#, "");
        let pair = Pair {
            internal: request(left),
            missing: request(right),
        };
        Prober::new(&server).difference(&pair).is_some()
    };
    assert!(
        told_apart("values:echo", "values:echp"),
        "a public function is no secret"
    );
    assert!(!told_apart(&names[0].text(), &names[0].missing()[0].text()));
}

#[test]
fn with_an_admin_key_each_of_them_runs() {
    let (server, names) = server();
    for name in &names {
        let runs = |entry: &&Entry| entry.kind.is_none_or(|kind| kind == name.kind);
        let entries: Vec<_> = ENTRIES
            .iter()
            .filter(|entry| entry.calls())
            .filter(runs)
            .collect();
        assert!(entries.len() >= 3, "its own route, and those for any kind");
        for entry in entries {
            for spelling in [name.text(), format!("{}.js:{}", name.module, name.function)] {
                let reply = entry
                    .request(&spelling, r#"{"value":1}"#, &server.as_admin())
                    .send(&mut server.connect());
                assert_eq!(
                    reply.text(),
                    r#"{"status":"success","value":1.0,"logLines":[]}"#,
                    "{entry:?}"
                );
            }
        }
    }
}

#[test]
fn with_an_admin_key_the_kind_still_counts() {
    let (server, names) = server();
    for name in &names {
        for entry in ENTRIES
            .iter()
            .filter(|entry| entry.kind.is_some_and(|kind| kind != name.kind))
        {
            let reply = entry
                .request(&name.text(), r#"{"value":1}"#, &server.as_admin())
                .send(&mut server.connect());
            let words = format!("but it is defined as {}", name.kind.name());
            assert!(reply.text().contains(&words), "{reply:?}");
        }
    }
}

#[test]
fn names_differ_in_one_letter_and_mean_nothing() {
    let (_server, names) = server();
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
        }
    }
}
