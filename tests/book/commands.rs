//! What is typed into a shell, on the pages where something is.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::{
    pages::pages,
    support::{
        console::assert_answers,
        program,
        server::{Server, command, run},
    },
};

/// `cargo run -- ..` and the name of the program are the program that is built; the port is a free one.
const SHELL: &str = r#"
program() { "$PROGRAM" "$@"; }
cargo() { while [ "$1" != -- ]; do shift; done; shift; program "$@"; }
shop() { program "$@"; }
guestbook() { program "$@"; }
curl() { command curl "${@//127.0.0.1:3210/$SERVER}"; }
"#;

/// The commands of a page, with a new server of `program` beside them.
#[track_caller]
fn assert_page_answers(page: &str, program: PathBuf) {
    let directory = TempDir::new().unwrap();
    let data = directory.path().join("lunora-data");
    let server = Server::start(&program, &data);
    fill(&program, &data);
    let page = pages().into_iter().find(|other| other.name == page).unwrap();
    let address = server.addr().to_string();
    let variables = [("PROGRAM", program.to_str().unwrap()), ("SERVER", &*address)];
    assert_answers(&page.text, SHELL, &variables, directory.path());
}

/// The shop has something to sell.
fn fill(program: &Path, data: &Path) {
    if program.ends_with("shop") {
        for (function, args) in [
            (
                "products:add",
                r#"{"sku":"mug","category":"kitchen","price":900}"#,
            ),
            ("products:restock", r#"{"sku":"mug","count":3}"#),
        ] {
            run(command(program).args(["run", function, args, "--data"]).arg(data)).unwrap();
        }
    }
}

#[test]
fn getting_started() {
    assert_page_answers("getting-started.md", program::guestbook());
}

#[test]
fn errors() {
    assert_page_answers("errors.md", program::shop());
}

#[test]
fn clients() {
    assert_page_answers("clients.md", program::shop());
}

#[test]
fn deployment() {
    assert_page_answers("deployment.md", program::shop());
}

#[test]
fn http_actions() {
    assert_page_answers("http-actions.md", program::shop());
}

#[test]
fn every_page_with_commands_is_tested() {
    let source = include_str!("commands.rs");
    for page in pages() {
        let typed = page.blocks().iter().any(|block| block.language == "console");
        assert!(
            !typed || source.contains(&format!("\"{}\"", page.name)),
            "{} is not",
            page.name
        );
    }
}
