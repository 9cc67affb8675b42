//! What clients say.

use lunora_core::{
    Object, Value,
    protocol::{
        AuthToken, Authenticate, ClientMessage, Connect, ModifyQuerySet, Query, QueryModification, Request,
        Timestamp,
    },
};
use serde_json::{Value as Json, json};

fn read(json: Json) -> ClientMessage {
    ClientMessage::parse(&json.to_string()).unwrap()
}

/// Reads what is written, and what is written reads as this.
#[track_caller]
fn both_ways(message: ClientMessage, json: Json) {
    let written: Json = serde_json::from_str(&message.to_json()).unwrap();
    assert_eq!(written, json);
    assert_eq!(read(json), message);
}

fn args(name: &str, value: &str) -> Object {
    Object::from_iter([(name.to_owned(), Value::from(value))])
}

#[test]
fn connect() {
    both_ways(
        ClientMessage::Connect(Connect {
            session_id: "9e33c3f0-0000-4000-8000-000000000000".to_owned(),
            connection_count: 3,
            last_close_reason: Some("InitialConnect".to_owned()),
            max_observed_timestamp: Some(Timestamp(258)),
            client_ts: Some(1_795_162_347_302),
        }),
        json!({
            "type": "Connect", "sessionId": "9e33c3f0-0000-4000-8000-000000000000", "connectionCount": 3,
            "lastCloseReason": "InitialConnect", "clientTs": 1_795_162_347_302_u64, "maxObservedTimestamp": "AgEAAAAAAAA=",
        }),
    );
}

#[test]
fn connect_with_as_little_as_some_clients_say() {
    let expected = ClientMessage::Connect(Connect {
        session_id: "s".to_owned(),
        ..Connect::default()
    });
    let message = json!({
        "type": "Connect", "sessionId": "s", "connectionCount": 0, "lastCloseReason": null, "maxObservedTimestamp": null,
    });
    assert_eq!(read(message), expected);
    assert_eq!(read(json!({"type": "Connect", "sessionId": "s"})), expected);
}

#[test]
fn a_clock_with_a_fraction_is_one() {
    let message = read(json!({"type": "Connect", "sessionId": "s", "clientTs": 12.75}));
    let ClientMessage::Connect(connect) = message else {
        panic!("{message:?}")
    };
    assert_eq!(connect.client_ts, Some(12));
}

#[test]
fn modify_query_set() {
    both_ways(
        ClientMessage::ModifyQuerySet(ModifyQuerySet {
            base_version: 0,
            new_version: 1,
            modifications: vec![
                QueryModification::Add(Query {
                    journal: Some("j".to_owned()),
                    ..Query::new(0, "messages:list", args("channel", "a"))
                }),
                QueryModification::Remove { query_id: 7 },
            ],
        }),
        json!({"type": "ModifyQuerySet", "baseVersion": 0, "newVersion": 1, "modifications": [
            {"type": "Add", "queryId": 0, "udfPath": "messages:list", "args": [{"channel": "a"}], "journal": "j"},
            {"type": "Remove", "queryId": 7},
        ]}),
    );
}

#[test]
fn calls() {
    let request = |id| Request::new(id, "messages:send", args("body", "y"));
    let json = |kind, id| json!({"type": kind, "requestId": id, "udfPath": "messages:send", "args": [{"body": "y"}]});
    both_ways(ClientMessage::Mutation(request(0)), json("Mutation", 0));
    both_ways(ClientMessage::Action(request(1)), json("Action", 1));
}

#[test]
fn arguments_may_stand_alone_or_be_left_out() {
    let expected = ClientMessage::Action(Request::new(1, "a:b", Object::new()));
    let message = json!({"type": "Action", "requestId": 1, "udfPath": "a:b", "args": {}});
    assert_eq!(read(message), expected);
    assert_eq!(
        read(json!({"type": "Action", "requestId": 1, "udfPath": "a:b"})),
        expected
    );
}

/// The array around them is no level of theirs, nor are they any deeper for another argument that cannot be read.
#[test]
fn arguments_nest_64_levels_in_either_wording() {
    let is_read = |levels: usize, in_array: bool, other: &str| {
        let value = format!("{}{}", "[".repeat(levels - 1), "]".repeat(levels - 1));
        let args = format!(r#"{{"value":{value}}}"#);
        let args = if in_array { format!("[{args}]") } else { args };
        let message = format!(
            r#"{{"type":"ModifyQuerySet","baseVersion":0,"newVersion":1,"modifications":[
                {{"type":"Add","queryId":0,"udfPath":"a:b","args":{args}}},
                {{"type":"Add","queryId":1,"udfPath":"a:b","args":{other}}}]}}"#
        );
        let Ok(ClientMessage::ModifyQuerySet(change)) = ClientMessage::parse(&message) else {
            panic!("{message}")
        };
        matches!(&change.modifications[0], QueryModification::Add(query) if query.args.is_ok())
    };
    for in_array in [true, false] {
        for other in ["[{}]", r#"[{"$set":1}]"#] {
            assert!(is_read(64, in_array, other), "{in_array} {other}");
            assert!(!is_read(65, in_array, other), "{in_array} {other}");
        }
    }
}

#[test]
fn authenticate() {
    let message = |token| {
        ClientMessage::Authenticate(Authenticate {
            base_version: 2,
            token,
        })
    };
    both_ways(
        message(AuthToken::None),
        json!({"type": "Authenticate", "baseVersion": 2, "tokenType": "None"}),
    );
    both_ways(
        message(AuthToken::User("jwt".to_owned())),
        json!({"type": "Authenticate", "baseVersion": 2, "tokenType": "User", "value": "jwt"}),
    );
    both_ways(
        message(AuthToken::Admin {
            key: "key".to_owned(),
            acting_as: Some(json!({"issuer": "i", "subject": "s"})),
        }),
        json!({
            "type": "Authenticate", "baseVersion": 2, "tokenType": "Admin", "value": "key",
            "impersonating": {"issuer": "i", "subject": "s"},
        }),
    );
}

#[test]
fn the_user_to_act_as_has_two_names() {
    let read_as = |name: &str| {
        let mut json =
            json!({"type": "Authenticate", "baseVersion": 0, "tokenType": "Admin", "value": "key"});
        json[name] = json!({"tokenIdentifier": "i|s"});
        read(json)
    };
    assert_eq!(read_as("acting_as"), read_as("impersonating"));
    assert_ne!(read_as("acting_as"), read_as("other"));
}

#[test]
fn events_are_not_looked_into() {
    let event = json!({"type": "Event", "eventType": "ClientConnect", "event": [{"$set": 1}]});
    assert_eq!(read(event), ClientMessage::Event);
}

#[test]
fn arguments_that_cannot_be_read_spoil_their_request_alone() {
    for args in [
        json!([1]),
        json!([{}, {}]),
        json!("text"),
        json!([{"a": {"$set": []}}]),
        json!([{"ä": 1}]),
    ] {
        let message = read(json!({"type": "Mutation", "requestId": 4, "udfPath": "a:b", "args": args}));
        let ClientMessage::Mutation(request) = message else {
            panic!("{message:?}")
        };
        assert_eq!((request.request_id, request.path.as_str()), (4, "a:b"));
        assert!(!request.args.unwrap_err().to_string().is_empty());
    }
    let good = json!({"type": "Add", "queryId": 0, "udfPath": "a:b", "args": [{"x": 1}]});
    let bad = json!({"type": "Add", "queryId": 1, "udfPath": "a:b", "args": [{"x": {"$integer": "AA=="}}]});
    let message =
        json!({"type": "ModifyQuerySet", "baseVersion": 0, "newVersion": 1, "modifications": [good, bad]});
    let ClientMessage::ModifyQuerySet(change) = read(message) else {
        panic!()
    };
    let [QueryModification::Add(good), QueryModification::Add(bad)] = &change.modifications[..] else {
        panic!()
    };
    assert!(good.args.is_ok());
    let error = bad.args.as_ref().unwrap_err().to_string();
    assert!(error.contains("args[0].x"), "{error}");
}
