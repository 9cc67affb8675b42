//! What servers say.

use lunora_core::{
    Value,
    protocol::{
        ActionResponse, AuthError, CallFailure, Mutated, MutationResponse, QueryChange, ServerMessage,
        StateVersion, Timestamp, Transition, TransitionChunk, TransitionWriter, write_action_failure,
        write_action_success, write_mutation_failure, write_mutation_success,
    },
};
use serde_json::{Value as Json, json};

const TS: Timestamp = Timestamp(258);

fn read(json: Json) -> ServerMessage {
    ServerMessage::parse(&json.to_string()).unwrap()
}

/// Reads what is written, and what is written reads as this.
#[track_caller]
fn both_ways(message: ServerMessage, json: Json) {
    let written: Json = serde_json::from_str(&message.to_json()).unwrap();
    assert_eq!(written, json);
    assert_eq!(read(json), message);
}

fn failure() -> CallFailure {
    CallFailure {
        message: "no".to_owned(),
        data: Some(Value::Null),
    }
}

fn end() -> StateVersion {
    StateVersion {
        query_set: 1,
        identity: 2,
        ts: TS,
    }
}

#[test]
fn transition() {
    both_ways(
        ServerMessage::Transition(Transition {
            start: StateVersion::default(),
            end: end(),
            modifications: vec![
                QueryChange::Updated {
                    query_id: 0,
                    value: Value::Int64(5),
                    log_lines: vec!["[LOG] hi".to_owned()],
                    journal: Some("j".to_owned()),
                },
                QueryChange::Failed {
                    query_id: 1,
                    failure: failure(),
                    log_lines: vec![],
                    journal: None,
                },
                QueryChange::Removed { query_id: 7 },
            ],
            client_clock_skew: Some(-12),
            server_ts: Some(1_795_162_468_229_000_000),
        }),
        json!({
            "type": "Transition",
            "startVersion": {"querySet": 0, "identity": 0, "ts": "AAAAAAAAAAA="},
            "endVersion": {"querySet": 1, "identity": 2, "ts": "AgEAAAAAAAA="},
            "modifications": [
                {"type": "QueryUpdated", "queryId": 0, "value": {"$integer": "BQAAAAAAAAA="}, "logLines": ["[LOG] hi"],
                 "journal": "j"},
                {"type": "QueryFailed", "queryId": 1, "errorMessage": "no", "errorData": null, "logLines": []},
                {"type": "QueryRemoved", "queryId": 7},
            ],
            "clientClockSkew": -12, "serverTs": 1_795_162_468_229_000_000_u64,
        }),
    );
}

#[test]
fn responses() {
    let lines = vec![];
    both_ways(
        ServerMessage::MutationResponse(MutationResponse {
            request_id: 3,
            result: Ok(Mutated {
                value: Value::Null,
                ts: TS,
            }),
            log_lines: lines.clone(),
        }),
        json!({"type": "MutationResponse", "requestId": 3, "success": true, "result": null, "ts": "AgEAAAAAAAA=", "logLines": []}),
    );
    both_ways(
        ServerMessage::MutationResponse(MutationResponse {
            request_id: 3,
            result: Err(failure()),
            log_lines: lines.clone(),
        }),
        json!({"type": "MutationResponse", "requestId": 3, "success": false, "result": "no", "errorData": null, "logLines": []}),
    );
    both_ways(
        ServerMessage::ActionResponse(ActionResponse {
            request_id: 3,
            result: Ok(Value::Bool(true)),
            log_lines: lines.clone(),
        }),
        json!({"type": "ActionResponse", "requestId": 3, "success": true, "result": true, "logLines": []}),
    );
    both_ways(
        ServerMessage::ActionResponse(ActionResponse {
            request_id: 3,
            result: Err(CallFailure::new("no")),
            log_lines: lines,
        }),
        json!({"type": "ActionResponse", "requestId": 3, "success": false, "result": "no", "logLines": []}),
    );
}

#[test]
fn a_failure_has_data_only_if_the_field_is_there() {
    let message = json!({"type": "MutationResponse", "requestId": 3, "success": false, "result": "no", "ts": null, "logLines": []});
    let ServerMessage::MutationResponse(response) = read(message) else {
        panic!()
    };
    assert_eq!(response.result, Err(CallFailure::new("no")));
}

#[test]
fn the_rest() {
    both_ways(
        ServerMessage::AuthError(AuthError {
            error: "expired".to_owned(),
            base_version: Some(0),
            auth_update_attempted: Some(true),
        }),
        json!({"type": "AuthError", "error": "expired", "baseVersion": 0, "authUpdateAttempted": true}),
    );
    both_ways(
        ServerMessage::FatalError {
            error: "no".to_owned(),
        },
        json!({"type": "FatalError", "error": "no"}),
    );
    both_ways(ServerMessage::Ping, json!({"type": "Ping"}));
    both_ways(
        ServerMessage::TransitionChunk(TransitionChunk {
            chunk: "{\"type\"".to_owned(),
            part_number: 0,
            total_parts: 3,
            transition_id: "123".to_owned(),
        }),
        json!({"type": "TransitionChunk", "chunk": "{\"type\"", "partNumber": 0, "totalParts": 3, "transitionId": "123"}),
    );
}

#[test]
fn what_is_written_piece_by_piece_has_all_that_clients_insist_on() {
    let mut out = Vec::new();
    let mut transition = TransitionWriter::begin(StateVersion::default(), end(), &mut out);
    transition.updated(0, b"[1.0]", None);
    transition.failed(1, "no \"quotes\"", Some(&Value::Null), Some("j"));
    transition.failed(2, "no", None, None);
    transition.removed(7);
    transition.end();
    let written: Json = serde_json::from_slice(&out).unwrap();
    assert_eq!(
        written,
        json!({
            "type": "Transition",
            "startVersion": {"querySet": 0, "identity": 0, "ts": "AAAAAAAAAAA="},
            "endVersion": {"querySet": 1, "identity": 2, "ts": "AgEAAAAAAAA="},
            "modifications": [
                {"type": "QueryUpdated", "queryId": 0, "value": [1.0], "logLines": [], "journal": null},
                {"type": "QueryFailed", "queryId": 1, "errorMessage": "no \"quotes\"", "errorData": null, "logLines": [],
                 "journal": "j"},
                {"type": "QueryFailed", "queryId": 2, "errorMessage": "no", "logLines": [], "journal": null},
                {"type": "QueryRemoved", "queryId": 7},
            ],
        })
    );
}

#[test]
fn answers_written_from_their_parts_are_the_messages() {
    let written = |write: &dyn Fn(&mut Vec<u8>)| {
        let mut out = Vec::new();
        write(&mut out);
        ServerMessage::parse(str::from_utf8(&out).unwrap()).unwrap()
    };
    let mutated = |result| {
        ServerMessage::MutationResponse(MutationResponse {
            request_id: 3,
            result,
            log_lines: vec![],
        })
    };
    let acted = |result| {
        ServerMessage::ActionResponse(ActionResponse {
            request_id: 3,
            result,
            log_lines: vec![],
        })
    };
    let value = Value::from("x");
    let data = Some(&Value::Null);
    assert_eq!(
        written(&|out| write_mutation_success(3, &value, TS, out)),
        mutated(Ok(Mutated {
            value: value.clone(),
            ts: TS
        }))
    );
    assert_eq!(
        written(&|out| write_mutation_failure(3, "no", data, out)),
        mutated(Err(failure()))
    );
    assert_eq!(
        written(&|out| write_action_success(3, &value, out)),
        acted(Ok(value.clone()))
    );
    assert_eq!(
        written(&|out| write_action_failure(3, "no", None, out)),
        acted(Err(CallFailure::new("no")))
    );
}
