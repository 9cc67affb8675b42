//! The same over a WebSocket: each message that names a function.

use std::collections::HashSet;

use lunora_core::reference::Kind;
use lunora_runtime::functions::Scope;
use serde_json::{Value as Json, json};

use super::{
    arguments, internal_functions,
    names::{Name, hidden_functions, spellings},
    probe::substitutions,
};
use crate::support::{
    Running, Socket,
    client::without_request_id,
    socket::{Heard, uuid},
};

/// The messages that name a function.
const MESSAGES: [&str; 3] = ["Add", "Mutation", "Action"];

/// Who asks.
#[derive(Debug, Clone)]
enum Who {
    Anonymous,
    /// The message with which they say who they are.
    Known(Json),
}

fn everybody(server: &Running) -> Vec<Who> {
    let credential = |header: &str| header.trim().rsplit(' ').next().unwrap().to_owned();
    let authenticate = |kind: &str, value: String| json!({"type": "Authenticate", "baseVersion": 0, "tokenType": kind, "value": value});
    let user = authenticate("User", credential(&server.as_user("ada")));
    let mut acting = authenticate(
        "Admin",
        credential(&server.with_key("acts-on-sockets", &[Scope::ActAs], "")),
    );
    acting["impersonating"] = json!({"issuer": "https://issuer.example", "subject": "ada", "role": "admin"});
    vec![Who::Anonymous, Who::Known(user), Who::Known(acting)]
}

/// A connection on which one thing after another is asked.
struct Asker<'a> {
    server: &'a Running,
    who: Who,
    session: String,
    socket: Socket,
    count: u32,
}

impl<'a> Asker<'a> {
    fn new(server: &'a Running, who: Who, session: String) -> Self {
        Self {
            socket: Self::connect(server, &who, &session),
            server,
            who,
            session,
            count: 0,
        }
    }

    fn connect(server: &Running, who: &Who, session: &str) -> Socket {
        let mut socket = Socket::connect_as(server.addr, session);
        if let Who::Known(message) = who {
            socket.say(message.clone());
            socket.transition();
        }
        socket
    }

    /// All that is heard after a message which stands in JSON text, without what differs from time to time.
    fn ask(&mut self, kind: &str, path: &str, args: &str) -> String {
        let id = 1_000_000 + self.count;
        self.count += 1;
        let text = match kind {
            // The versions, which may have more digits or fewer, come last: errors name places in the text.
            "Add" => format!(
                r#"{{"type":"ModifyQuerySet","modifications":[{{"type":"Add","queryId":{id},"udfPath":"{path}","args":{args}}}],"baseVersion":{0},"newVersion":{1}}}"#,
                self.socket.version.query_set,
                self.socket.version.query_set + 1
            ),
            _ => format!(r#"{{"type":"{kind}","requestId":{id},"udfPath":"{path}","args":{args}}}"#),
        };
        self.socket.say_text(&text);
        let mut heard = Vec::new();
        let (mut is_answered, mut is_covered) = (kind == "Add", kind == "Action");
        while !(is_answered && is_covered) {
            match self.socket.hear() {
                Heard::Message(message) => {
                    is_answered |= message["requestId"] == id;
                    is_covered |= message["type"] == "Transition";
                    heard.push(shown(message, id));
                }
                Heard::Closed(code, reason) => {
                    heard.push(format!("{code} {reason}"));
                    self.socket = Self::connect(self.server, &self.who, &self.session);
                    break;
                }
                Heard::Gone => panic!("gone without a word"),
            }
        }
        without_request_id(&heard.join("\n"))
    }
}

/// A message without numbers and times.
fn shown(mut message: Json, id: u32) -> String {
    if message["type"] == "Transition" {
        message = message["modifications"].take();
    }
    message.to_string().replace(&id.to_string(), "ID")
}

/// What tells the two apart, or that the function ran.
fn difference(asker: &mut Asker<'_>, kind: &str, paths: [&str; 2], args: &str) -> Option<String> {
    let [there, not_there] = paths.map(|path| asker.ask(kind, path, args));
    if there.contains(r#""success":true"#) || there.contains("QueryUpdated") {
        return Some(format!("it ran: {there}"));
    }
    let sent = substitutions(paths[0].as_bytes(), paths[1].as_bytes()).expect("names of one length");
    let found: Option<HashSet<_>> = substitutions(there.as_bytes(), not_there.as_bytes());
    match found {
        Some(found) if found.is_subset(&sent) => None,
        _ => Some(format!("{kind} {there} {not_there}")),
    }
}

fn compare(asker: &mut Asker<'_>, spell: fn(&Name) -> String, name: &Name, args: &str) {
    for missing in name.missing() {
        let (there, not_there) = (spell(name), spell(&missing));
        for kind in MESSAGES {
            if let Some(difference) = difference(asker, kind, [&there, &not_there], args) {
                panic!("{:?}: {difference}", asker.who);
            }
        }
    }
}

pub(crate) fn no_message_tells_them_apart(server: &Running) {
    for who in everybody(server) {
        let mut asker = Asker::new(server, who, uuid());
        for name in hidden_functions(server) {
            for args in arguments(&name) {
                compare(&mut asker, Name::text, &name, &args);
                compare(&mut asker, Name::text, &name, &format!("[{args}]"));
            }
            for spell in spellings() {
                compare(&mut asker, spell, &name, &format!("[{}]", name.args));
            }
        }
        assert!(asker.count > 100);
    }
}

/// A record of what an administrator has run is not to be found by others who take their session for their own.
pub(crate) fn no_record_of_a_session_tells_them_apart(server: &Running) {
    let everybody = everybody(server);
    for name in internal_functions(server)
        .iter()
        .filter(|name| name.kind == Kind::Mutation)
    {
        let session = uuid();
        let mut admin = Socket::connect_as(server.addr, &session);
        admin.authenticate(0, "Admin", &server.admin_key);
        admin.say_text(&format!(
            r#"{{"type":"Mutation","requestId":1000000,"udfPath":"{}","args":[{}]}}"#,
            name.text(),
            name.args
        ));
        let answer = admin.response();
        assert_eq!(answer["success"], true, "{answer}");
        for who in &everybody {
            for missing in name.missing() {
                let mut asker = Asker::new(server, who.clone(), session.clone());
                let there = asker.ask("Mutation", &name.text(), &format!("[{}]", name.args));
                let not_there = asker.ask("Mutation", &missing.text(), &format!("[{}]", name.args));
                assert_eq!(
                    there.replace(&name.text(), ""),
                    not_there.replace(&missing.text(), "")
                );
            }
        }
    }
}

pub(crate) fn with_an_admin_key_each_message_runs_them(server: &Running) {
    let mut socket = server.socket();
    socket.authenticate(0, "Admin", &server.admin_key);
    for (id, name) in (1..).zip(internal_functions(server)) {
        let args: Json = serde_json::from_str(&name.args).unwrap();
        match name.kind {
            Kind::Query => {
                socket.modify(json!([crate::support::socket::add(id, &name.text(), args)]));
                let mut changes = Vec::new();
                while changes.is_empty() {
                    changes = socket.changes();
                }
                assert_eq!(changes[0]["type"], "QueryUpdated", "{changes:?}");
            }
            Kind::Mutation => socket.mutate(id, &name.text(), args),
            Kind::Action => socket.act(id, &name.text(), args),
        }
        if name.kind != Kind::Query {
            let answer = socket.response();
            assert_eq!(answer["success"], true, "{answer}");
        }
    }
}
