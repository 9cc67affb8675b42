//! Writing answers and transitions of results that are JSON already.

use crate::value::Value;

use super::{
    fields::Fields,
    version::{StateVersion, Timestamp},
};

/// Writes a transition piece by piece, copying each result from where it was encoded.
///
/// ```
/// use lunora_core::protocol::{StateVersion, Timestamp, TransitionWriter};
///
/// let mut out = Vec::new();
/// let end = StateVersion { query_set: 1, identity: 0, ts: Timestamp(7) };
/// let mut transition = TransitionWriter::begin(StateVersion::default(), end, &mut out);
/// transition.updated(0, b"[1.0]", None);
/// transition.removed(4);
/// transition.end();
/// # lunora_core::protocol::ServerMessage::parse(str::from_utf8(&out)?)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct TransitionWriter<'o> {
    out: &'o mut Vec<u8>,
    is_empty: bool,
}

impl<'o> TransitionWriter<'o> {
    /// Begins one.
    pub fn begin(start: StateVersion, end: StateVersion, out: &'o mut Vec<u8>) -> Self {
        let mut fields = Fields::message(out, "Transition");
        fields.version("startVersion", start);
        fields.version("endVersion", end);
        fields.raw("modifications", b"[");
        Self { out, is_empty: true }
    }

    fn change(&mut self, kind: &str, query_id: u32) -> Fields<'_> {
        if !self.is_empty {
            self.out.push(b',');
        }
        self.is_empty = false;
        let mut fields = Fields::message(self.out, kind);
        fields.plain("queryId", query_id);
        fields
    }

    /// A query has this result, which is JSON.
    pub fn updated(&mut self, query_id: u32, json: &[u8], journal: Option<&str>) {
        let mut fields = self.change("QueryUpdated", query_id);
        fields.raw("value", json);
        finish(fields, journal);
    }

    /// A query fails.
    pub fn failed(&mut self, query_id: u32, message: &str, data: Option<&Value>, journal: Option<&str>) {
        let mut fields = self.change("QueryFailed", query_id);
        fields.text("errorMessage", message);
        write_data(&mut fields, data);
        finish(fields, journal);
    }

    /// A query is watched no longer.
    pub fn removed(&mut self, query_id: u32) {
        self.change("QueryRemoved", query_id).end();
    }

    /// Ends it.
    pub fn end(self) {
        self.out.extend_from_slice(b"]}");
    }
}

fn finish(mut fields: Fields<'_>, journal: Option<&str>) {
    fields.raw("logLines", b"[]");
    match journal {
        Some(journal) => fields.text("journal", journal),
        None => fields.raw("journal", b"null"),
    }
    fields.end();
}

/// Data is left out where there is none: `null` would be data.
pub(super) fn write_data(fields: &mut Fields<'_>, data: Option<&Value>) {
    if let Some(data) = data {
        fields.value("errorData", data);
    }
}

/// Writes the answer to a mutation that was committed at `ts`.
pub fn write_mutation_success(request_id: u32, value: &Value, ts: Timestamp, out: &mut Vec<u8>) {
    let mut fields = response("MutationResponse", request_id, true, out);
    fields.value("result", value);
    fields.ts("ts", ts);
    fields.raw("logLines", b"[]");
    fields.end();
}

/// Writes the answer to a mutation that failed.
pub fn write_mutation_failure(request_id: u32, message: &str, data: Option<&Value>, out: &mut Vec<u8>) {
    write_failure("MutationResponse", request_id, message, data, out);
}

/// Writes the answer to an action.
pub fn write_action_success(request_id: u32, value: &Value, out: &mut Vec<u8>) {
    let mut fields = response("ActionResponse", request_id, true, out);
    fields.value("result", value);
    fields.raw("logLines", b"[]");
    fields.end();
}

/// Writes the answer to an action that failed.
pub fn write_action_failure(request_id: u32, message: &str, data: Option<&Value>, out: &mut Vec<u8>) {
    write_failure("ActionResponse", request_id, message, data, out);
}

fn write_failure(kind: &str, request_id: u32, message: &str, data: Option<&Value>, out: &mut Vec<u8>) {
    let mut fields = response(kind, request_id, false, out);
    fields.text("result", message);
    write_data(&mut fields, data);
    fields.raw("logLines", b"[]");
    fields.end();
}

fn response<'o>(kind: &str, request_id: u32, success: bool, out: &'o mut Vec<u8>) -> Fields<'o> {
    let mut fields = Fields::message(out, kind);
    fields.plain("requestId", request_id);
    fields.plain("success", success);
    fields
}
