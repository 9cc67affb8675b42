//! What is promised of hooks and jobs while the disk is full, or cannot be read.

use std::{sync::Arc, time::Instant};

use lunora_runtime::{
    functions::{App, Clock, EngineOptions, SystemClock},
    server::ServerOptions,
};
use serde_json::{Value as Json, json};

use crate::support::{
    Running, Socket,
    app::{APP_ON_THE_WEB, APP_WITH_OPEN_DOORS, acted, shut},
    crowded::Crowded,
    hooks::{PATIENCE, times, told},
    options, serve_on,
    socket::{Heard, uuid},
};

fn serve(options: ServerOptions) -> (Running, Arc<Crowded>) {
    let store = Arc::<Crowded>::default();
    (serve_app(APP_WITH_OPEN_DOORS, &store, options), store)
}

fn serve_app(app: App, store: &Arc<Crowded>, options: ServerOptions) -> Running {
    serve_on(store.clone(), app, EngineOptions::default(), options)
}

/// A client that is served, or the head of the answer or the close frame that it got.
fn client(server: &Running, session: &str) -> Result<Socket, String> {
    let mut socket = Socket::try_open(server.addr, "/api/sync", "")?;
    socket.say(json!({"type": "Connect", "sessionId": session, "connectionCount": 0}));
    socket.add(0, "values:echo", json!({"value": 1}));
    match socket.hear() {
        Heard::Message(message) => assert_eq!(message["modifications"][0]["value"], 1.0),
        other => return Err(format!("{other:?}")),
    }
    Ok(socket)
}

#[test]
fn clients_are_served_and_hooks_hear_of_those_who_are_there_when_there_is_room() {
    let mut options = options();
    options.limits.connections = 2;
    let (server, store) = serve(options);
    store.fill();
    let sessions = [uuid(), uuid()];
    drop(
        sessions
            .each_ref()
            .map(|session| client(&server, session).unwrap()),
    );
    // Those have left their places, although nothing about them could be written.
    let session = uuid();
    let patience = Instant::now() + PATIENCE;
    let socket = loop {
        match client(&server, &session) {
            Ok(socket) => break socket,
            Err(why) => assert!(Instant::now() < patience, "{why}"),
        }
    };
    store.make_room();
    let came = told("came", &session);
    // Whoever leaves before the hook has committed lets it run, and tell, once more.
    assert_eq!(jobs(&server), [Json::Null; 0]);
    drop(socket);
    assert_eq!(told("away", &session), came);
    assert_eq!((times("came", &session), times("away", &session)), (1, 1));
    for gone in &sessions {
        assert_eq!((times("came", gone), times("away", gone)), (0, 0));
    }
}

#[test]
fn hooks_are_told_of_the_last_user_of_who_came_while_there_was_no_room() {
    let (server, store) = serve(options());
    store.fill();
    let session = uuid();
    let mut socket = client(&server, &session).unwrap();
    for (version, subject) in [(0, "ada"), (1, "bob")] {
        let token = server.issuer.token(subject, SystemClock.now());
        socket.authenticate(version, "User", &token);
        socket.transition();
    }
    store.make_room();
    let came = told("came", &session);
    assert_eq!(came.identity.as_ref().map(|user| &*user.subject), Some("bob"));
    drop(socket);
    assert_eq!(told("away", &session), came);
}

#[test]
fn a_gate_turns_away_who_cannot_be_written_down_and_lets_others_in_when_there_is_room() {
    let store = Arc::<Crowded>::default();
    // Whoever is turned away has to leave the only place.
    let mut options = options();
    options.limits.connections = 1;
    let server = serve_app(APP_ON_THE_WEB, &store, options);
    // Its start is over when it answers.
    server.post("/api/query", r#"{"path":"notes:count","args":{}}"#);
    store.fill();
    let (turned_away, patience) = (uuid(), Instant::now() + PATIENCE);
    // The place is free as soon as the server has seen that the last client is gone.
    let why = loop {
        let why = client(&server, &turned_away).err().unwrap();
        if !why.starts_with("HTTP/1.1 503 ") {
            break why;
        }
        assert!(Instant::now() < patience, "{why}");
    };
    assert!(why.starts_with("Closed(1011,"), "{why}");
    store.make_room();
    let (admitted, patience) = (uuid(), Instant::now() + PATIENCE);
    while let Err(why) = client(&server, &admitted).map(drop) {
        assert!(Instant::now() < patience, "{why}");
    }
    told("away", &admitted);
    for hook in ["door", "away"] {
        assert_eq!(times(hook, &turned_away), 0, "{hook}");
        assert_eq!(times(hook, &admitted), 1, "{hook}");
    }
}

/// The jobs of the server, as an administrator sees them, when all are over.
fn jobs(server: &Running) -> Vec<Json> {
    let patience = Instant::now() + PATIENCE;
    loop {
        let listed = server
            .post_with("/api/admin/jobs/list", &server.as_admin(), "{}")
            .json();
        let is_over = |job: &Json| job["state"] == "succeeded" || job["state"] == "failed";
        // There is no list while those who have left still hold their places.
        if let Some(jobs) = listed["jobs"].as_array()
            && jobs.iter().all(is_over)
        {
            return jobs.clone();
        }
        assert!(Instant::now() < patience, "{listed}");
    }
}

fn call(server: &Running, path: &str, args: Json) {
    let call = json!({"path": path, "args": args});
    let reply = server.post("/api/mutation", call.to_string());
    assert_eq!(reply.json()["status"], "success", "{}", reply.text());
}

#[test]
fn the_outcome_of_an_action_is_written_when_there_is_room() {
    let (server, store) = serve(options());
    let gate = shut("acting");
    call(&server, "gate:actLater", json!({"name": "acting"}));
    let patience = Instant::now() + PATIENCE;
    while acted("acting") == 0 {
        assert!(Instant::now() < patience, "the job does not run");
        std::thread::yield_now();
    }
    store.fill();
    drop(gate);
    store.await_refusals(2);
    store.make_room();
    let jobs = jobs(&server);
    assert_eq!(
        (jobs.len(), &jobs[0]["state"], &jobs[0]["attempts"]),
        (1, &json!("succeeded"), &json!(1))
    );
    assert_eq!(acted("acting"), 1);
}

#[test]
fn a_mutation_whose_commit_and_outcome_the_disk_refuses_has_its_effect_once() {
    let (server, store) = serve(options());
    let gate = shut("passing");
    call(&server, "gate:pile", json!({"name": "passing", "jobs": 3}));
    store.fill();
    drop(gate);
    // Three commits, and what has come of them, again and again.
    store.await_refusals(9);
    store.make_room();
    let states: Vec<_> = jobs(&server).iter().map(|job| job["state"].clone()).collect();
    assert_eq!(states, ["succeeded"; 3]);
    let counted = server
        .post("/api/query", r#"{"path":"notes:count","args":{}}"#)
        .json();
    assert_eq!(counted["value"], 3.0);
}

#[test]
fn a_job_that_could_not_be_read_is_looked_at_again() {
    let (server, store) = serve(options());
    // Without a gate that is shut it goes through.
    store.hide_after_a_commit();
    call(&server, "gate:pile", json!({"name": "hidden", "jobs": 1}));
    store.await_refusals(1);
    store.show();
    let jobs = jobs(&server);
    assert_eq!((jobs.len(), &jobs[0]["state"]), (1, &json!("succeeded")));
}
