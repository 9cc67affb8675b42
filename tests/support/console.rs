//! Pages whose commands are typed into a shell, and whose answers have to be those that are printed there.
//!
//! What is typed stands in blocks that are marked as `console`, behind `$ `. Ids, times, numbers of requests and sizes of
//! files are others in each run, so they are left out of the comparison.

use std::{
    fmt::Write as _,
    path::Path,
    process::{Command, Stdio},
};

/// Runs the commands of a page in `directory`, behind the shell's own `before` and with these variables, and compares
/// what they answer.
#[track_caller]
pub(crate) fn assert_answers(page: &str, before: &str, variables: &[(&str, &str)], directory: &Path) {
    let printed = consoles(page);
    let mut bash = Command::new("bash");
    bash.args(["-c", &script(before, &printed)])
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .current_dir(directory);
    let output = bash.output().expect("bash starts");
    let typed = String::from_utf8(output.stdout).expect("answers are text");
    let (answered, expected) = (without_what_varies(&typed), without_what_varies(&printed));
    for (answered, expected) in answered.iter().zip(&expected) {
        assert_eq!(answered, expected, "in\n{typed}");
    }
    assert_eq!(answered.len(), expected.len(), "in\n{typed}");
}

/// The lines of the blocks that are marked as `console`.
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
fn script(before: &str, printed: &str) -> String {
    let mut script = format!("exec 2>&1\n{before}\n");
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

/// The lines without ids and times, and without empty ones.
fn without_what_varies(text: &str) -> Vec<String> {
    let lines = text.lines().map(str::trim_end).filter(|line| !line.is_empty());
    let lines = lines.map(without_size);
    lines.map(|line| words(line).map(placeholder).collect()).collect()
}

/// The line without `, in 953 bytes` at its end.
fn without_size(line: &str) -> &str {
    let end = line.ends_with(" bytes").then(|| line.rfind(", in ")).flatten();
    &line[..end.unwrap_or(line.len())]
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
