//! What is no message, from either side.

use lunora_core::protocol::{ClientMessage, ServerMessage};
use proptest::prelude::*;

#[test]
fn texts_that_are_no_messages_say_why_in_few_words() {
    let long = format!(r#"{{"type":"{}"}}"#, "ä".repeat(10_000));
    for text in [
        "",
        "null",
        "[]",
        "{}",
        "{\"type\":5}",
        r#"{"type":"Sing"}"#,
        r#"{"type":"Connect"}"#,
        r#"{"type":"Connect","sessionId":"s","maxObservedTimestamp":"AA=="}"#,
        r#"{"type":"Connect","sessionId":"s","connectionCount":-1}"#,
        r#"{"type":"Connect","sessionId":"s","connectionCount":4294967296}"#,
        r#"{"type":"ModifyQuerySet","baseVersion":0,"newVersion":1}"#,
        r#"{"type":"ModifyQuerySet","baseVersion":0,"newVersion":1,"modifications":[{"type":"Add","queryId":0}]}"#,
        r#"{"type":"ModifyQuerySet","baseVersion":0,"newVersion":1,"modifications":[{"type":"Swap","queryId":0}]}"#,
        r#"{"type":"Mutation","udfPath":"a:b","args":[{}]}"#,
        r#"{"type":"Mutation","requestId":1.5,"udfPath":"a:b","args":[{}]}"#,
        r#"{"type":"Mutation","requestId":1,"args":[{}]}"#,
        r#"{"type":"Mutation","requestId":1,"udfPath":"a:b","args":[{}]"#,
        r#"{"type":"Authenticate","baseVersion":0,"tokenType":"User"}"#,
        r#"{"type":"Authenticate","baseVersion":0,"tokenType":"Root","value":"x"}"#,
        r#"{"type":"Transition","modifications":[]}"#,
        r#"{"type":"MutationResponse","requestId":1,"success":true,"result":null,"logLines":[]}"#,
        r#"{"type":"MutationResponse","requestId":1,"success":false,"result":5,"logLines":[]}"#,
        &long,
    ] {
        let errors = [
            ClientMessage::parse(text).unwrap_err().to_string(),
            ServerMessage::parse(text).unwrap_err().to_string(),
        ];
        for error in errors {
            assert!(!error.is_empty() && error.len() <= 600, "{error}");
        }
    }
}

proptest! {
    /// Whatever comes is a message or an error, and never a panic.
    #[test]
    fn any_text_is_read_to_an_end(text in ".{0,200}") {
        let _ = ClientMessage::parse(&text);
        let _ = ServerMessage::parse(&text);
    }

    /// The same for what is almost a message.
    #[test]
    fn a_message_with_a_byte_changed_is_read_to_an_end(at in 0_usize..200, byte in any::<u8>()) {
        let message = r#"{"type":"ModifyQuerySet","baseVersion":0,"newVersion":1,"modifications":[{"type":"Add","queryId":0,"udfPath":"a:b","args":[{"x":{"$integer":"BQAAAAAAAAA="}}],"journal":null}]}"#;
        let mut bytes = message.as_bytes().to_vec();
        let at = at % bytes.len();
        bytes[at] = byte;
        let text = String::from_utf8_lossy(&bytes);
        let _ = ClientMessage::parse(&text);
        let _ = ServerMessage::parse(&text);
    }
}
