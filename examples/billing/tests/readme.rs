//! The tour in the README, typed into a shell: every answer is what the page says.

#![cfg(unix)]

mod process;

use std::{
    fmt::Write as _,
    path::Path,
    process::{Command, Stdio},
};

use process::Server;

const README: &str = include_str!("../README.md");

/// What the page says, on the addresses that the test has: the programs are built, and the ports are free ones.
const SHELL: &str = r#"
exec 2>&1
cargo() { shift 5; "$BILLING" "$@"; }
curl() { command curl "${@//127.0.0.1:3210/${SERVER#http://}}"; }
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
    let printed = consoles(README);
    let typed = typed(&script(&printed), &server.address, directory.path());
    let (answered, expected) = (without_what_varies(&typed), without_what_varies(&printed));
    for (answered, expected) in answered.iter().zip(&expected) {
        assert_eq!(answered, expected, "in\n{typed}");
    }
    assert_eq!(answered.len(), expected.len(), "in\n{typed}");
}

/// The lines of the ```console blocks.
fn consoles(page: &str) -> String {
    let mut inside = false;
    page.lines()
        .filter(|line| {
            let fence = line.starts_with("```");
            inside = if fence { *line == "```console" } else { inside };
            inside && !fence
        })
        .fold(String::new(), |text, line| text + line + "\n")
}

/// A script that shows each command and then runs it.
fn script(printed: &str) -> String {
    let mut script = SHELL.to_owned();
    let mut commands = printed.lines().peekable();
    while let Some(line) = commands.next() {
        let Some(first) = line.strip_prefix("$ ") else {
            continue;
        };
        let mut command = first.to_owned();
        while command.ends_with('\\') {
            command = command + "\n" + commands.next().expect("a line follows a backslash");
        }
        let shown = format!("$ {command}").replace('\'', r"'\''");
        writeln!(script, "printf '%s\\n' '{shown}'\n{command}\necho").expect("a string takes everything");
    }
    script
}

fn typed(script: &str, server: &str, directory: &Path) -> String {
    let output = Command::new("bash")
        .args(["-c", script])
        .env("BILLING", env!("CARGO_BIN_EXE_billing"))
        .env("SERVER", server)
        .current_dir(directory)
        .output()
        .expect("bash starts");
    String::from_utf8(output.stdout).expect("answers are text")
}

/// The lines without ids and times, and without empty ones.
fn without_what_varies(text: &str) -> Vec<String> {
    let lines = text.lines().map(str::trim_end).filter(|line| !line.is_empty());
    lines.map(|line| words(line).map(placeholder).collect()).collect()
}

/// Runs of letters, digits and points, and what stands between them.
fn words(line: &str) -> impl Iterator<Item = &str> {
    let in_word = |c: char| c.is_ascii_alphanumeric() || c == '.';
    line.split_inclusive(move |c| !in_word(c)).flat_map(move |part| {
        let end = part.trim_end_matches(|c| !in_word(c)).len();
        [&part[..end], &part[end..]]
    })
}

fn placeholder(word: &str) -> &str {
    let hexadecimal = word.bytes().all(|byte| byte.is_ascii_hexdigit());
    match word.len() {
        36 => "<id>",
        16 if hexadecimal => "<request id>",
        14.. if word.parse::<f64>().is_ok() => "<time>",
        _ => word,
    }
}
