//! The routes for admin keys.

use std::sync::Arc;

use data_encoding::BASE64;
use lunora_runtime::{
    database::OpenOptions,
    functions::{EngineOptions, Runtime, Scope},
    store::Memory,
};
use serde_json::{Value as Json, json};

use crate::support::{Reply, Running, app, options, serve};

const HIDDEN: &str = r#"{"path":"values:hidden","args":{"value":1}}"#;

fn list(server: &Running, headers: &str) -> Reply {
    server.ask(&format!("GET /api/admin/keys HTTP/1.1\r\n{headers}"), b"")
}

fn create(server: &Running, headers: &str, name: &str, scopes: &[&str]) -> Reply {
    let body = json!({"name": name, "scopes": scopes}).to_string();
    server.post_with("/api/admin/keys/create", headers, body)
}

fn revoke(server: &Running, headers: &str, name: &str) -> Reply {
    let body = json!({"name": name}).to_string();
    server.post_with("/api/admin/keys/revoke", headers, body)
}

fn names(server: &Running) -> Vec<String> {
    let list = list(server, &server.as_admin()).json();
    let keys = list["keys"].as_array().unwrap();
    keys.iter()
        .map(|key| key["name"].as_str().unwrap().to_owned())
        .collect()
}

fn header(key: &str) -> String {
    format!("Authorization: Convex {key}\r\n")
}

fn refused(reply: &Reply) -> (u16, String) {
    (reply.status, reply.code())
}

#[test]
fn a_key_is_made_shown_once_used_listed_and_revoked() {
    let server = serve(options());
    let made = create(&server, &server.as_admin(), "ci", &["run-internal"]);
    assert_eq!(made.status, 200, "{made:?}");
    assert_eq!(made.header("cache-control"), Some("no-store"));
    let key = made.json()["key"].as_str().unwrap().to_owned();
    assert!(key.starts_with("ci|") && key.len() > 40, "{key}");
    let run = || server.post_with("/api/query", &header(&key), HIDDEN);
    assert_eq!(run().json()["value"], 1.0);

    let listed = list(&server, &server.as_admin());
    assert!(
        !listed.text().contains(key.split_once('|').unwrap().1),
        "{listed:?}"
    );
    let keys = listed.json()["keys"].clone();
    assert_eq!(keys[0]["name"], "admin");
    assert_eq!(
        (&keys[1]["name"], &keys[1]["scopes"]),
        (&json!("ci"), &json!(["run-internal"]))
    );
    assert!(keys[1]["createdAt"].as_f64().unwrap() > 1.7e12);

    let gone = revoke(&server, &server.as_admin(), "ci");
    assert_eq!((gone.status, gone.json()["name"].clone()), (200, json!("ci")));
    assert_eq!(refused(&run()), (401, "BadAdminKey".to_owned()));
    assert_eq!(names(&server), ["admin"]);
}

#[test]
fn what_cannot_be_done_changes_nothing() {
    let server = serve(options());
    let admin = server.as_admin();
    for (name, code) in [
        ("", "BadKeyName"),
        ("a|b", "BadKeyName"),
        ("a:b", "BadKeyName"),
        ("ä", "BadKeyName"),
    ] {
        assert_eq!(
            refused(&create(&server, &admin, name, &["act-as"])),
            (400, code.to_owned())
        );
    }
    let long = "n".repeat(65);
    assert_eq!(
        refused(&create(&server, &admin, &long, &["act-as"])).1,
        "BadKeyName"
    );
    assert_eq!(
        refused(&create(&server, &admin, "none", &[])),
        (400, "NoScope".to_owned())
    );
    assert_eq!(
        refused(&create(&server, &admin, "root", &["root"])),
        (400, "BadJsonBody".to_owned())
    );
    assert_eq!(
        refused(&create(&server, &admin, "admin", &["act-as"])),
        (409, "KeyExists".to_owned())
    );
    assert_eq!(
        refused(&revoke(&server, &admin, "nobody")),
        (404, "NoSuchKey".to_owned())
    );
    for body in [
        "",
        "{",
        "[]",
        r#"{"name":"x"}"#,
        r#"{"name":"x","scopes":["act-as"],"more":1}"#,
    ] {
        let reply = server.post_with("/api/admin/keys/create", &admin, body);
        assert_eq!(refused(&reply), (400, "BadJsonBody".to_owned()), "{body}");
    }
    assert_eq!(names(&server), ["admin"]);
    assert_eq!(create(&server, &admin, &long[1..], &["act-as"]).status, 200);
}

#[test]
fn it_takes_a_key_with_all_scopes() {
    let server = serve(options());
    let user = BASE64.encode(br#"{"issuer":"https://issuer.example","subject":"ada"}"#);
    let all_but = |left_out: Scope| {
        let scopes: Vec<_> = Scope::ALL
            .into_iter()
            .filter(|scope| *scope != left_out)
            .collect();
        server.with_key(&format!("no-{left_out}"), &scopes, "")
    };
    let mut callers = vec![
        (401, String::new()),
        (401, server.as_user("ada")),
        (401, header("admin|wrong")),
        (401, header(&format!("{}:{user}", server.admin_key))),
    ];
    callers.extend(Scope::ALL.map(|scope| (403, all_but(scope))));
    let before = names(&server);
    for (status, headers) in callers {
        for reply in [
            list(&server, &headers),
            create(&server, &headers, "mine", &["act-as"]),
            revoke(&server, &headers, "admin"),
            revoke(&server, &headers, "nobody"),
            server.post_with("/api/admin/keys/create", &headers, "{"),
        ] {
            let code = if status == 401 { "BadAdminKey" } else { "Forbidden" };
            assert_eq!(refused(&reply), (status, code.to_owned()), "{headers}");
        }
    }
    assert_eq!(names(&server), before);
}

#[test]
fn a_key_that_may_only_act_as_users_is_one_more_client() {
    let server = serve(options());
    let user = BASE64.encode(br#"{"issuer":"https://issuer.example","subject":"ada"}"#);
    let headers = server.with_key("act", &[Scope::ActAs], &format!(":{user}"));
    let ask = |body: &str| server.post_with("/api/query", &headers, body);
    assert_eq!(
        ask(r#"{"path":"values:who","args":{}}"#).json()["value"],
        "https://issuer.example|ada"
    );
    assert!(ask(HIDDEN).text().contains("Could not find public function"));
    // Errors come redacted, as to everybody.
    let crash = ask(r#"{"path":"errors:crash","args":{}}"#);
    assert_eq!(crash.json()["status"], "error");
    assert!(!crash.text().contains("secret"), "{crash:?}");
    let nobody = headers.replace(&format!(":{user}"), "");
    let reply = server.post_with("/api/query", &nobody, r#"{"path":"values:who","args":{}}"#);
    assert_eq!(refused(&reply), (403, "Forbidden".to_owned()));
}

#[test]
fn keys_stay_and_go_with_the_store() {
    let store = Arc::new(Memory::new());
    let open = || {
        Runtime::open(
            app::APP,
            store.clone(),
            EngineOptions::default(),
            OpenOptions::default(),
        )
        .unwrap()
    };
    let first = open();
    let mut admin = String::new();
    let keep = |key: &lunora_runtime::functions::NewKey| {
        key.expose().clone_into(&mut admin);
        Ok::<_, std::convert::Infallible>(())
    };
    first.ensure_admin_key(keep).unwrap().unwrap();
    let manager = |runtime: &Runtime| {
        runtime
            .admin_keys()
            .verify(&admin)
            .unwrap()
            .manage_keys()
            .unwrap()
    };
    let [kept, revoked] = ["kept", "revoked"].map(|name| {
        let key = first.create_key(
            &manager(&first),
            name,
            &[Scope::ReadData, Scope::ActAs, Scope::ActAs],
        );
        key.unwrap().expose().to_owned()
    });
    first.revoke_key(&manager(&first), "revoked").unwrap();
    let listed = first.list_keys(&manager(&first));

    let second = open();
    assert!(second.admin_keys().verify(&kept).is_ok());
    assert!(second.admin_keys().verify(&revoked).is_err());
    assert_eq!(second.list_keys(&manager(&second)), listed);
    assert_eq!(listed[1].scopes, [Scope::ActAs, Scope::ReadData]);
    // No more than a hash of a key is ever written.
    let secret: Json = json!(kept.split_once('|').unwrap().1);
    assert!(!format!("{listed:?}").contains(secret.as_str().unwrap()));
}

#[test]
fn the_number_of_keys() {
    let server = serve(options());
    let all = server.runtime.admin_keys().verify(&server.admin_key).unwrap();
    let manager = all.manage_keys().unwrap();
    let mut made = names(&server).len();
    let error = loop {
        match server
            .runtime
            .create_key(&manager, &format!("key-{made}"), &[Scope::ReadData])
        {
            Ok(_) => made += 1,
            Err(error) => break error.to_string(),
        }
    };
    assert!(
        made >= 100 && error.contains("limit: admin_keys"),
        "{made}: {error}"
    );
    let admin = server.as_admin();
    let reply = create(&server, &admin, "one-more", &["run-internal"]);
    assert_eq!(refused(&reply), (409, "TooManyKeys".to_owned()));
    assert!(reply.text().contains(&format!("{made} keys")), "{}", reply.text());
    assert_eq!(revoke(&server, &admin, "key-7").status, 200);
    assert_eq!(create(&server, &admin, "one-more", &["run-internal"]).status, 200);
}
