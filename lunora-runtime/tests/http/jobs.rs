//! The routes under `/api/admin/jobs`: for whom they are, and what they refuse.

use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use crate::support::{
    Running,
    app::{APP, shut},
    options, serve_app, shared,
};

const ROUTES: [&str; 4] = ["list", "show", "cancel", "retry"];
/// No job has this id.
const NOBODYS: &str = r#"{"id":"not an id"}"#;

fn refusal(route: &str, headers: &str, body: &str) -> (u16, String) {
    let reply = shared().post_with(&format!("/api/admin/jobs/{route}"), headers, body);
    (reply.status, reply.code())
}

/// The header with a key that was made for these scopes.
fn key(name: &str, scopes: &str) -> String {
    let body = format!(r#"{{"name":"{name}","scopes":[{scopes}]}}"#);
    let made = shared().post_with("/api/admin/keys/create", &shared().as_admin(), &body);
    format!(
        "Authorization: Convex {}\r\n",
        made.json()["key"].as_str().unwrap()
    )
}

#[test]
fn without_a_key_nothing_is_told() {
    for route in ROUTES {
        for body in [NOBODYS, "{}", "no JSON"] {
            for headers in [
                "",
                "Authorization: Convex admin|wrong\r\n",
                "Authorization: Bearer e30.e30.\r\n",
            ] {
                let (status, code) = refusal(route, headers, body);
                assert_eq!((status, &*code), (401, "BadAdminKey"), "{route} {headers} {body}");
            }
        }
    }
}

#[test]
fn who_may_read_data_looks_and_who_may_run_internal_functions_acts() {
    let reads = key("reads-jobs", r#""read-data","act-as""#);
    let runs = key("runs-jobs", r#""run-internal","write-data""#);
    for (route, right, wrong) in [
        ("list", &reads, &runs),
        ("show", &reads, &runs),
        ("cancel", &runs, &reads),
        ("retry", &runs, &reads),
    ] {
        let (status, code) = refusal(route, wrong, NOBODYS);
        assert_eq!((status, &*code), (403, "Forbidden"), "{route}");
        let (status, _) = refusal(route, right, NOBODYS);
        assert_eq!(status, 400, "{route} is open, and says what is wrong");
    }
}

#[test]
fn a_list_is_bounded() {
    let admin = shared().as_admin();
    let reply = shared().post_with("/api/admin/jobs/list", &admin, r#"{"limit":3}"#);
    assert_eq!((reply.status, reply.json()["jobs"].is_array()), (200, true));
    let (status, _) = refusal("list", &admin, r#"{"limit":1001}"#);
    assert_eq!(status, 400);
}

/// The only job of a server.
fn job(server: &Running) -> Json {
    let reply = server.post_with("/api/admin/jobs/list", &server.as_admin(), "{}");
    reply.json()["jobs"][0].clone()
}

#[test]
fn one_that_holds_its_thread_is_stuck_until_it_is_canceled() {
    let server = serve_app(APP, options());
    let gate = shut("stuck");
    let pile = json!({"path": "gate:pile", "args": {"name": "stuck", "jobs": 1}});
    assert_eq!(
        server.post("/api/mutation", pile.to_string()).json()["status"],
        "success"
    );
    let end = Instant::now() + Duration::from_mins(1);
    while job(&server)["stuck"] != true {
        assert!(Instant::now() < end, "{}", job(&server));
    }
    assert_eq!(job(&server)["state"], "pending");

    let cancel = json!({"id": job(&server)["id"]}).to_string();
    server.post_with("/api/admin/jobs/cancel", &server.as_admin(), &cancel);
    let canceled = job(&server);
    assert_eq!(
        (&canceled["state"], &canceled["stuck"]),
        (&json!("canceled"), &json!(false))
    );
    drop(gate);
}
