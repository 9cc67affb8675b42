//! What is written to standard error.

mod kept;

use std::{
    fmt::{self, Debug, Write},
    io::{IsTerminal, stderr},
};

use tracing::{
    Level,
    field::{Field, Visit},
};
use tracing_subscriber::{
    field::RecordFields,
    filter::Targets,
    fmt::{
        FormatFields,
        format::{DefaultFields, Writer},
    },
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

use self::kept::Kept;
use crate::server::LogRing;

/// Logs to standard error: from `info` up for a server, from `warn` up otherwise, or as `LUNORA_LOG` says
/// (`debug`, or `lunora=debug,my_app=trace`).
///
/// Returns the ring in which a server's last lines are, for those who ask it for them.
pub(super) fn start(server: bool) -> Option<LogRing> {
    let usual = if server { "info" } else { "warn" };
    let wanted = std::env::var("LUNORA_LOG").unwrap_or_else(|_| usual.to_owned());
    let (targets, mistake) = match wanted.parse::<Targets>() {
        Ok(targets) => (targets, None),
        Err(error) => (Targets::new().with_default(Level::INFO), Some(error)),
    };
    let lines = tracing_subscriber::fmt::layer()
        .with_ansi(stderr().is_terminal())
        .fmt_fields(Fields)
        .with_writer(stderr);
    let ring = server.then(LogRing::default);
    let log = tracing_subscriber::registry()
        .with(lines)
        .with(ring.clone().map(Kept))
        .with(targets);
    // The application may have set up a log of its own; then that one stays.
    let is_ours = log.try_init().is_ok();
    if let Some(error) = mistake {
        tracing::warn!(%error, "LUNORA_LOG={wanted} is not a log filter; expected `debug` or `lunora=debug,my_app=trace`");
    }
    ring.filter(|_| is_ours)
}

/// Fields in colour on a terminal, and elsewhere as the same text with less ado: every call has a span with three of
/// them, and few calls write a line.
struct Fields;

impl<'writer> FormatFields<'writer> for Fields {
    fn format_fields<R: RecordFields>(&self, mut writer: Writer<'writer>, fields: R) -> fmt::Result {
        if writer.has_ansi_escapes() {
            return DefaultFields::new().format_fields(writer, fields);
        }
        let mut plain = Plain(String::with_capacity(USUAL));
        fields.record(&mut plain);
        writer.write_str(&plain.0)
    }
}

/// The length of the fields of a call's span, about.
const USUAL: usize = 128;

/// `name=value name=value`. Control characters are escapes in it: what a client had a hand in does not steer the terminal
/// of who reads it.
struct Plain(String);

impl Plain {
    fn begin(&mut self, field: &Field) {
        if !self.0.is_empty() {
            self.0.push(' ');
        }
        if field.name() != "message" {
            self.0.push_str(field.name().trim_start_matches("r#"));
            self.0.push('=');
        }
    }
}

impl Visit for Plain {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.begin(field);
        // A value that cannot be written ends where it could not.
        let _ = write!(self, "{value:?}");
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        let is_plain = |byte: u8| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\';
        match field.name() {
            "message" => self.record_debug(field, &format_args!("{value}")),
            _ if value.bytes().all(is_plain) => {
                self.begin(field);
                self.0.extend(["\"", value, "\""]);
            }
            _ => self.record_debug(field, &value),
        }
    }
}

impl Write for Plain {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let steers = |c: char| c.is_control() && c != '\n' && c != '\t';
        for part in text.split_inclusive(steers) {
            let harmless = part.trim_end_matches(steers);
            self.0.push_str(harmless);
            self.0
                .extend(part[harmless.len()..].chars().flat_map(char::escape_default));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io,
        sync::{Arc, Mutex},
    };

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// What is written with those fields.
    fn written(fields: impl for<'writer> FormatFields<'writer> + Send + Sync + 'static) -> String {
        let lines = Lines::default();
        let writer = lines.clone();
        let layer = tracing_subscriber::fmt::layer()
            .with_ansi(false)
            .without_time()
            .fmt_fields(fields)
            .with_writer(move || writer.clone());
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), || {
            let id = 7_u64;
            let span =
                tracing::info_span!("call", function = "messages:list", kind = "query", request_id = %id);
            span.in_scope(|| {
                tracing::info!(
                    error = "it said \"no\"",
                    count = 3,
                    exact = 0.5,
                    yes = true,
                    "failed"
                );
                tracing::warn!(error = %io::Error::other("gone"), "turned away: {}", 5);
                tracing::warn!(r#type = ?Some("x"), "kind\n\tand lines");
            });
        });
        let bytes = lines.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn lines_are_those_of_everybody_else() {
        let text = written(Fields);
        assert!(
            text.contains("function=\"messages:list\" kind=\"query\" request_id=7"),
            "{text}"
        );
        assert_eq!(text, written(DefaultFields::new()));
    }

    #[test]
    fn no_text_steers_a_terminal() {
        let lines = Lines::default();
        let writer = lines.clone();
        let layer = tracing_subscriber::fmt::layer()
            .with_ansi(false)
            .fmt_fields(Fields)
            .with_writer(move || writer.clone());
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), || {
            let evil = "\u{1b}]0;title\u{7}\u{9b}31m";
            tracing::warn!(error = %evil, name = evil, "{evil}");
        });
        let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        assert!(!text.trim_end().contains(char::is_control), "{text:?}");
        assert_eq!(text.matches("]0;title").count(), 3, "{text:?}");
    }
}
