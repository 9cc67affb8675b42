//! Lines of the log in their parts, for those who ask the server for them.

use std::{
    fmt::{Debug, Write},
    time::SystemTime,
};

use tracing::{
    Event, Level, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{Layer, fmt::FormattedFields, layer::Context, registry::LookupSpan};

use super::Fields;
use crate::server::{LogLevel, LogLine, LogRing};

/// Puts what is logged into a ring.
pub(super) struct Kept(pub(super) LogRing);

impl<S: Subscriber + for<'span> LookupSpan<'span>> Layer<S> for Kept {
    fn on_event(&self, event: &Event<'_>, ctx: Context<'_, S>) {
        let metadata = event.metadata();
        let mut parts = Parts::default();
        event.record(&mut parts);
        let mut line = LogLine {
            at: SystemTime::now().into(),
            level: level(*metadata.level()),
            target: metadata.target().to_owned(),
            function: parts.take("function"),
            request_id: parts.take("request_id"),
            message: parts.message,
            fields: parts.fields,
        };
        for span in ctx.event_scope(event).into_iter().flatten() {
            // What the other layer has written of the span: every call has one, and few calls log.
            if let Some(fields) = span.extensions().get::<FormattedFields<Fields>>() {
                let fields = without_colour(&fields.fields);
                line.function = line.function.or_else(|| value(&fields, "function"));
                line.request_id = line.request_id.or_else(|| value(&fields, "request_id"));
            }
        }
        self.0.push(line);
    }
}

fn level(level: Level) -> LogLevel {
    match level {
        Level::ERROR => LogLevel::Error,
        Level::WARN => LogLevel::Warn,
        Level::INFO => LogLevel::Info,
        Level::DEBUG => LogLevel::Debug,
        Level::TRACE => LogLevel::Trace,
    }
}

/// The fields of an event as text.
#[derive(Default)]
struct Parts {
    message: String,
    fields: Vec<(String, String)>,
}

impl Parts {
    /// Takes a field out.
    fn take(&mut self, name: &str) -> Option<String> {
        let at = self.fields.iter().position(|(found, _)| found == name)?;
        Some(self.fields.remove(at).1)
    }
}

impl Visit for Parts {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let mut text = String::new();
        // A value that cannot be written ends where it could not.
        let _ = write!(text, "{value:?}");
        self.record_str(field, &text);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "message" => value.clone_into(&mut self.message),
            name => {
                let name = name.trim_start_matches("r#").to_owned();
                self.fields.push((name, value.to_owned()));
            }
        }
    }
}

/// The value of a field in `name=value name="value"`, if it has no quotes or blanks inside. Wire paths and ids have none.
fn value(fields: &str, name: &str) -> Option<String> {
    let mut rest = fields.split(' ').filter_map(|field| field.split_once('='));
    let (_, value) = rest.find(|(found, _)| *found == name)?;
    Some(value.trim_matches('"').to_owned())
}

/// The text as it is without the colours of a terminal.
fn without_colour(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |plain, part| {
        plain + part.split_once('m').map_or(part, |(_, text)| text)
    })
}

#[cfg(test)]
mod tests {
    use tracing_subscriber::layer::SubscriberExt;

    use super::*;

    fn kept(ansi: bool) -> serde_json::Value {
        let ring = LogRing::default();
        let lines = tracing_subscriber::fmt::layer()
            .with_ansi(ansi)
            .fmt_fields(Fields)
            .with_writer(std::io::sink);
        let log = tracing_subscriber::registry()
            .with(lines)
            .with(Kept(ring.clone()));
        tracing::subscriber::with_default(log, || {
            let span =
                tracing::info_span!("call", function = "messages:list", kind = "query", request_id = %7);
            span.in_scope(
                || tracing::warn!(target: "app", error = "it said \"no\"", count = 3, "failed: {}", 5),
            );
        });
        let lines = ring.lines();
        serde_json::to_value(&*lines[0]).unwrap()
    }

    #[test]
    fn a_line_knows_the_call_that_it_is_about() {
        for ansi in [false, true] {
            let mut line = kept(ansi);
            assert!(line["at"].as_f64().unwrap() > 1e12);
            line["at"] = 0.into();
            let expected = serde_json::json!({
                "at": 0,
                "level": "warn",
                "target": "app",
                "function": "messages:list",
                "requestId": "7",
                "message": "failed: 5",
                "fields": [["error", "it said \"no\""], ["count", "3"]],
            });
            assert_eq!(line, expected);
        }
    }
}
