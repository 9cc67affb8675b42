//! Standard output, whose reader may have seen enough.

use std::{
    fmt::Display,
    io::{self, Write},
};

use serde::Serialize;

use super::Failure;

/// Prints `text` as it is. That nobody reads on (`| head`) is no failure.
pub(super) fn print(text: impl Display) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match write!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::unusable(error)),
        _ => Ok(()),
    }
}

/// Prints a value as JSON over several lines.
pub(super) fn print_json(value: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value).map_err(Failure::unusable)?;
    print(harmless_json(&text) + "\n")
}

/// The text without what would steer the terminal of who reads it. Clients have a hand in errors and names.
pub(super) fn harmless(text: &str) -> String {
    escaped(text, |c, out| {
        if c == '\n' {
            out.push(c);
        } else {
            out.extend(c.escape_default());
        }
    })
}

/// The same where it is not to look like another line either.
pub(super) fn one_line(text: &str) -> String {
    escaped(text, |c, out| out.extend(c.escape_default()))
}

/// The same JSON, with the control characters in it that JSON itself leaves as they are, U+009B among them.
pub(super) fn harmless_json(text: &str) -> String {
    escaped(text, |c, out| {
        if c == '\n' {
            out.push(c);
        } else {
            out.push_str(&format!("\\u{:04x}", u32::from(c)));
        }
    })
}

fn escaped(text: &str, escape: impl Fn(char, &mut String)) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() {
            escape(c, &mut out);
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn json_steers_no_terminal_and_says_the_same() {
        let line = json!({"message": "no\u{9b}2J\u{7f}\u{1b}"});
        let shown = harmless_json(&line.to_string());
        assert!(!shown.contains(char::is_control), "{shown:?}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).unwrap(), line);
    }

    #[test]
    fn an_error_keeps_its_lines_and_steers_no_terminal() {
        assert_eq!(harmless("a\nb\u{1b}[2J\r\u{9b}m"), "a\nb\\u{1b}[2J\\r\\u{9b}m");
    }
}
