//! `logs`: what a running server writes.

use serde::Deserialize;
use serde_json::json;

use super::{
    Failure,
    args::Logs,
    output::{harmless_json, one_line, print},
    place::Remote,
};
use crate::calendar::show;

pub(super) fn logs(command: &Logs) -> Result<(), Failure> {
    let server = Remote::of(&command.target, "none writes a log")?;
    let wanted = json!({
        "level": command.level,
        "function": command.function,
        "requestId": command.request_id,
        "last": command.last,
        "follow": command.follow,
    });
    server.lines("/api/admin/logs", &wanted.to_string(), |line| {
        if command.json {
            print(format_args!("{}\n", harmless_json(line)))
        } else {
            serde_json::from_str(line)
                .map_err(Failure::unusable)
                .and_then(show_line)
        }
    })
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Line {
    Lost { lost: u64 },
    Written(Written),
}

/// A line of the log.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written {
    at: f64,
    level: String,
    target: String,
    function: Option<String>,
    request_id: Option<String>,
    message: String,
    fields: Vec<(String, String)>,
}

fn show_line(line: Line) -> Result<(), Failure> {
    match line {
        Line::Lost { lost } => {
            eprintln!("{lost} lines were lost: the server wrote faster than this could read");
            Ok(())
        }
        Line::Written(line) => print(text(&line)),
    }
}

fn text(line: &Written) -> String {
    let Written {
        at, level, target, ..
    } = line;
    let mut text = format!("{} {:>5} {target}", show(*at), level.to_uppercase());
    for about in [&line.function, &line.request_id].into_iter().flatten() {
        text.push(' ');
        text.push_str(about);
    }
    text.push_str(": ");
    text.push_str(&line.message);
    for (name, value) in &line.fields {
        text.push_str(&format!(" {name}={value}"));
    }
    one_line(&text) + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_stays_one_line_and_steers_no_terminal() {
        let line = json!({
            "at": 0, "level": "warn", "target": "app", "function": "messages:list", "requestId": "7",
            "message": "no\u{1b}[2J", "fields": [["error", "a\nb"]],
        });
        let Line::Written(line) = serde_json::from_value(line).unwrap() else {
            panic!("it is a line");
        };
        assert_eq!(
            text(&line),
            "1970-01-01 00:00:00 UTC  WARN app messages:list 7: no\\u{1b}[2J error=a\\nb\n"
        );
    }
}
