//! `/api/admin/crons`: for whom.

use lunora_runtime::functions::Scope;

use crate::support::shared;

const LIST: &str = "GET /api/admin/crons HTTP/1.1\r\n";

#[test]
fn looking_takes_read_data_and_running_takes_run_internal() {
    let server = shared();
    let list = |headers: &str| {
        let reply = server.ask(&format!("{LIST}{headers}"), b"");
        (reply.status, reply.code())
    };
    let run = |headers: &str| {
        let reply = server.post_with("/api/admin/crons/run", headers, r#"{"name":"weekly"}"#);
        (reply.status, reply.code())
    };
    let no_key = (401, "BadAdminKey".to_owned());
    let forbidden = (403, "Forbidden".to_owned());
    assert_eq!((list(""), run("")), (no_key.clone(), no_key.clone()));
    let user = server.as_user("ada");
    assert_eq!((list(&user), run(&user)), (no_key.clone(), no_key));
    let reader = server.with_key("cron-reader", &[Scope::ReadData], "");
    let listed = server.ask(&format!("{LIST}{reader}"), b"");
    assert_eq!((listed.status, listed.text()), (200, r#"{"crons":[]}"#));
    assert_eq!(run(&reader), forbidden);
    let runner = server.with_key("cron-runner", &[Scope::RunInternal], "");
    assert_eq!(list(&runner), forbidden);
    assert_eq!(run(&runner), (404, "NoSuchCron".to_owned()));
}

#[test]
fn a_request_that_makes_no_sense_changes_nothing() {
    let server = shared();
    for body in ["", "{}", r#"{"name":5}"#, r#"{"name":"a","more":1}"#] {
        let reply = server.post_with("/api/admin/crons/run", &server.as_admin(), body);
        assert_eq!(reply.status, 400, "{body}");
    }
}
