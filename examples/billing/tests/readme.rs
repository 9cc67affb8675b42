//! The tour in the README, typed into a shell: every answer is what the page says.

#![cfg(unix)]

#[path = "../../../tests/support/console.rs"]
mod console;
mod process;

use std::process::{Command, Stdio};

use process::Server;

const README: &str = include_str!("../README.md");

/// The addresses are those that the test has: the programs are built, and the ports are free ones.
const SHELL: &str = r#"
cargo() {
  if [ "$5" = --bin ]; then exec "$VISITOR" "$SERVER"; fi
  shift 5; "$BILLING" "$@"
}
curl() {
  set -- "${@//127.0.0.1:3210/${SERVER#http://}}"
  command curl "${@//127.0.0.1:4242/${PROVIDER#http://}}" | sed "s|${SERVER#http://}|127.0.0.1:3210|g"
}
"#;

#[test]
fn the_commands_of_the_readme_answer_as_printed() {
    let directory = tempfile::tempdir().expect("there is room for a directory");
    let provider = Server::payment_provider();
    let server = Server::start(
        Command::new(env!("CARGO_BIN_EXE_billing"))
            .args(["serve", "--addr", "127.0.0.1:0"])
            .env("PAYMENT_PROVIDER", &provider.address)
            .current_dir(directory.path())
            .stderr(Stdio::null()),
    );
    let variables = [
        ("BILLING", env!("CARGO_BIN_EXE_billing")),
        ("VISITOR", env!("CARGO_BIN_EXE_visitor")),
        ("SERVER", &server.address),
        ("PROVIDER", &provider.address),
    ];
    console::assert_answers(README, SHELL, &variables, directory.path());
}
