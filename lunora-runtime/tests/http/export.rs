//! `POST /api/admin/export`: the whole of the data, and for whom.

use std::io::Cursor;

use data_encoding::BASE64;
use lunora_runtime::backup::{self, ImportMode};

use crate::support::{Reply, app::APP, limited, options, serve, shared};

fn ask(headers: &str) -> Reply {
    shared().ask(&format!("POST /api/admin/export HTTP/1.1\r\n{headers}"), b"")
}

fn refusal(headers: &str) -> (u16, String) {
    let reply = ask(headers);
    (reply.status, reply.code())
}

#[test]
fn it_is_for_administrators_alone() {
    let key = &shared().admin_key;
    let body = r#"{"name":"runner","scopes":["run-internal","act-as","write-data"]}"#;
    let made = shared().post_with("/api/admin/keys/create", &shared().as_admin(), body);
    let runner = made.json()["key"].as_str().unwrap().to_owned();
    let user = BASE64.encode(br#"{"issuer":"https://id.example","subject":"ada"}"#);
    for (headers, expected) in [
        (String::new(), (401, "BadAdminKey")),
        (
            "Authorization: Convex admin|wrong\r\n".to_owned(),
            (401, "BadAdminKey"),
        ),
        (
            "Authorization: Bearer e30.e30.\r\n".to_owned(),
            (401, "BadAdminKey"),
        ),
        (
            format!("Authorization: Convex {key}:{user}\r\n"),
            (401, "BadAdminKey"),
        ),
        (format!("Authorization: Convex {runner}\r\n"), (403, "Forbidden")),
    ] {
        let (status, code) = refusal(&headers);
        assert_eq!((status, &*code), expected, "{headers}");
    }
}

#[test]
fn with_a_key_it_is_whole_and_without_any_key() {
    let server = serve(options());
    let once = "Idempotency-Key: 99999999-8888-7777-6666-555555555555\r\n";
    let bumped = server.post_with("/api/mutation", once, r#"{"path":"values:bump","args":{}}"#);
    assert_eq!(bumped.status, 200);
    let head = format!("POST /api/admin/export HTTP/1.1\r\n{}", server.as_admin());
    let reply = server.ask(&head, b"");
    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("content-type"), Some("application/octet-stream"));

    let secret = server.admin_key.split_once('|').unwrap().1.as_bytes();
    let inflated = blocks(&reply.body).concat();
    for text in [&reply.body, &inflated] {
        assert!(!text.windows(secret.len()).any(|part| part == secret));
        assert!(!contains(text, "_admin_keys"));
    }
    assert!(contains(&inflated, "_requests"), "the test looks into the blocks");

    let dir = tempfile::tempdir().unwrap();
    let mut file = Cursor::new(reply.body);
    let imported = backup::import(APP, dir.path(), &mut file, ImportMode::IntoEmpty, |_| ()).unwrap();
    assert_eq!(
        imported.report.tables,
        [
            ("_connections", 0),
            ("_crons", 0),
            ("_jobs", 0),
            ("_requests", 1),
            ("_starts", 0),
            ("notes", 0)
        ]
        .map(|(table, rows)| (table.to_owned(), rows))
    );
}

fn contains(text: &[u8], part: &str) -> bool {
    text.windows(part.len()).any(|found| found == part.as_bytes())
}

/// The payloads of the blocks of an export.
fn blocks(file: &[u8]) -> Vec<Vec<u8>> {
    let (mut rest, mut blocks) = (&file[12..], Vec::new());
    while !rest.is_empty() {
        let stored = u32::from_le_bytes(rest[1..5].try_into().unwrap()) as usize;
        blocks.push(miniz_oxide::inflate::decompress_to_vec(&rest[13..13 + stored]).unwrap());
        rest = &rest[13 + stored..];
    }
    blocks
}

#[test]
fn so_many_at_one_time_and_no_more() {
    for (limit, status) in [(1, 200), (0, 503)] {
        let server = serve(limited(|limits| limits.concurrent_exports = limit));
        let head = format!("POST /api/admin/export HTTP/1.1\r\n{}", server.as_admin());
        for _ in 0..3 {
            let reply = server.ask(&head, b"");
            assert_eq!(reply.status, status, "{reply:?}");
            if status == 503 {
                assert!(reply.text().contains("concurrent_exports") && reply.header("retry-after").is_some());
            }
        }
    }
}
