//! What calls answer: values, failures, and how much of a failure is told.

use crate::support::{options, serve, shared};

const ENCODED: &str = "convex_encoded_json";

fn echo(format: &str, value: &str) -> String {
    let body = format!(r#"{{"path":"values:echo","format":"{format}","args":{{"value":{value}}}}}"#);
    let reply = shared().post("/api/query", body);
    assert_eq!(reply.status, 200, "{value}: {reply:?}");
    assert_eq!(reply.header("content-type"), Some("application/json"));
    reply.text().to_owned()
}

fn success(value: &str) -> String {
    format!(r#"{{"status":"success","value":{value},"logLines":[]}}"#)
}

#[test]
fn every_special_value_comes_back_as_it_went() {
    for value in [
        "null",
        "true",
        "false",
        "5.0",
        "-1.5",
        "1e+300",
        r#"{"$float":"AAAAAAAAAIA="}"#,
        r#"{"$float":"AAAAAAAA+H8="}"#,
        r#"{"$float":"AAAAAAAA8H8="}"#,
        r#"{"$float":"AAAAAAAA8P8="}"#,
        r#"{"$integer":"BQAAAAAAAAA="}"#,
        r#"{"$integer":"//////////8="}"#,
        r#"{"$bytes":"AAEC/w=="}"#,
        r#"{"$bytes":""}"#,
        r#""""#,
        r#""ä 𝄞 \u0000 \" \\""#,
        "[]",
        "[1.0,[2.0],{}]",
        r#"{"":1.0,"_a":null,"a":{"b":[]}}"#,
    ] {
        assert_eq!(echo(ENCODED, value), success(value));
        assert_eq!(echo("convex_json", value), success(value));
    }
}

#[test]
fn numbers_are_doubles_and_keys_are_sorted() {
    assert_eq!(echo(ENCODED, "5"), success("5.0"));
    assert_eq!(echo(ENCODED, r#"{"b":1,"a":2}"#), success(r#"{"a":2.0,"b":1.0}"#));
    assert_eq!(echo(ENCODED, r#"{"a":1,"a":2}"#), success(r#"{"a":2.0}"#));
}

#[test]
fn the_clean_form_is_what_a_caller_gets_who_names_none() {
    let value = r#"[{"$integer":"BQAAAAAAAAA="},{"$float":"AAAAAAAA+H8="},{"$bytes":"AAEC/w=="},5]"#;
    let clean = success(r#"["5","NaN","AAEC/w==",5.0]"#);
    for format in ["json", "convex_clean_json"] {
        assert_eq!(echo(format, value), clean);
    }
    assert!(echo("export_json", value).contains(":[5,"));
    let body = format!(r#"{{"path":"values:echo","args":{{"value":{value}}}}}"#);
    assert_eq!(shared().post("/api/query", &body).text(), clean);
    assert_eq!(shared().post("/api/run/values/echo", &body).text(), clean);
    assert_eq!(shared().post("/api/function", &body).text(), clean);
}

#[test]
fn application_errors_carry_their_data_for_everybody() {
    let body = r#"{"path":"errors:fail","format":"convex_encoded_json","args":{"code":"E42"}}"#;
    for headers in [String::new(), shared().as_admin()] {
        let reply = shared().post_with("/api/mutation", &headers, body);
        assert_eq!(reply.status, 200);
        let expected = concat!(
            r#"{"status":"error","errorMessage":"[Request ID: ID] Server Error\nUncaught ConvexError: "#,
            r#"{\"code\":\"E42\"}","errorData":{"code":"E42"},"logLines":[]}"#
        );
        assert_eq!(reply.without_request_id(), expected);
    }
}

#[test]
fn system_errors_are_opaque_without_an_admin_key_and_outside_dev_mode() {
    let body = r#"{"path":"errors:crash","args":{}}"#;
    let opaque = r#"{"status":"error","errorMessage":"[Request ID: ID] Server Error","logLines":[]}"#;
    let reply = shared().post("/api/query", body);
    assert_eq!((reply.status, reply.without_request_id().as_str()), (200, opaque));

    let full = "[Request ID: ID] Server Error\\nUncaught Error: ";
    let as_admin = shared().post_with("/api/query", &shared().as_admin(), body);
    assert_eq!(as_admin.status, 200);
    assert!(as_admin.without_request_id().contains(full), "{as_admin:?}");

    let dev = serve(lunora_runtime::server::ServerOptions {
        dev: true,
        ..options()
    });
    assert!(dev.post("/api/query", body).without_request_id().contains(full));
}

#[test]
fn dev_mode_never_changes_a_refusal() {
    let dev = serve(lunora_runtime::server::ServerOptions {
        dev: true,
        ..options()
    });
    for body in [
        r#"{"path":"values:hidden","args":{}}"#,
        r#"{"path":"values:absent","args":{}}"#,
    ] {
        let (plain, dev) = (shared().post("/api/query", body), dev.post("/api/query", body));
        assert_eq!(plain.without_request_id(), dev.without_request_id());
    }
}

#[test]
fn a_missing_function_is_refused_in_the_words_of_the_route() {
    for (route, words) in [
        ("/api/query", "Could not find public function for 'a/b:none'."),
        ("/api/mutation", "Could not find public function for 'a/b:none'."),
        ("/api/action", "Could not find public function for 'a/b:none'."),
        ("/api/function", "Could not find function for 'a/b:none'."),
        ("/api/run/a/b/none", "Could not find function for 'a/b:none'."),
    ] {
        let reply = shared().post(route, r#"{"path":"a/b.js:none","args":{}}"#);
        let message = format!("[Request ID: ID] Server Error\\n{words}");
        let expected = format!(r#"{{"status":"error","errorMessage":"{message}","logLines":[]}}"#);
        assert_eq!(
            (reply.status, reply.without_request_id()),
            (200, expected),
            "{route}"
        );
    }
    let reply = shared().post("/api/query", r#"{"path":"a/b:default","args":{}}"#);
    assert!(
        reply.text().contains("Could not find public function for 'a/b'."),
        "{reply:?}"
    );
}

#[test]
fn a_public_function_of_another_kind_says_so() {
    let reply = shared().post("/api/mutation", r#"{"path":"values:echo","args":{}}"#);
    assert_eq!(reply.status, 200);
    let message = "Trying to execute values:echo as Mutation, but it is defined as Query.";
    assert!(reply.text().contains(message), "{reply:?}");
}
