//! Writing and reading the fields of messages.

use std::{borrow::Cow, fmt::Display, io::Write as _};

use serde::{Deserialize, Deserializer, de::DeserializeSeed};

use crate::{
    json::{ValueSeed, write_encoded, write_string},
    value::Value,
};

use super::version::{StateVersion, Timestamp};

/// Writes an object field by field. Names are ours, and need no escapes.
pub(super) struct Fields<'o> {
    out: &'o mut Vec<u8>,
    is_empty: bool,
}

impl<'o> Fields<'o> {
    /// Begins an object.
    pub(super) fn begin(out: &'o mut Vec<u8>) -> Self {
        out.push(b'{');
        Self { out, is_empty: true }
    }

    /// Begins a message.
    pub(super) fn message(out: &'o mut Vec<u8>, kind: &str) -> Self {
        let mut fields = Self::begin(out);
        fields.text("type", kind);
        fields
    }

    fn name(&mut self, name: &str) -> &mut Vec<u8> {
        if !self.is_empty {
            self.out.push(b',');
        }
        self.is_empty = false;
        self.out.push(b'"');
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"\":");
        self.out
    }

    pub(super) fn text(&mut self, name: &str, text: &str) {
        write_string(text, self.name(name));
    }

    pub(super) fn opt_text(&mut self, name: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.text(name, text);
        }
    }

    /// A number or a boolean.
    pub(super) fn plain(&mut self, name: &str, value: impl Display) {
        // Memory takes every write.
        let _ = write!(self.name(name), "{value}");
    }

    pub(super) fn opt_plain(&mut self, name: &str, value: Option<impl Display>) {
        if let Some(value) = value {
            self.plain(name, value);
        }
    }

    pub(super) fn ts(&mut self, name: &str, ts: Timestamp) {
        let out = self.name(name);
        out.push(b'"');
        out.extend_from_slice(ts.encode(&mut [0; 12]).as_bytes());
        out.push(b'"');
    }

    pub(super) fn version(&mut self, name: &str, version: StateVersion) {
        let mut fields = Fields::begin(self.name(name));
        fields.plain("querySet", version.query_set);
        fields.plain("identity", version.identity);
        fields.ts("ts", version.ts);
        fields.end();
    }

    pub(super) fn value(&mut self, name: &str, value: &Value) {
        write_encoded(value, self.name(name));
    }

    pub(super) fn json(&mut self, name: &str, value: &serde_json::Value) {
        self.plain(name, value);
    }

    /// What is JSON already.
    pub(super) fn raw(&mut self, name: &str, json: &[u8]) {
        self.name(name).extend_from_slice(json);
    }

    pub(super) fn lines(&mut self, lines: &[String]) {
        self.list("logLines", lines, |line, out| write_string(line, out));
    }

    pub(super) fn list<T>(&mut self, name: &str, items: &[T], mut write: impl FnMut(&T, &mut Vec<u8>)) {
        let out = self.name(name);
        out.push(b'[');
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            write(item, out);
        }
        out.push(b']');
    }

    pub(super) fn end(self) {
        self.out.push(b'}');
    }
}

/// What `write` writes, as text.
pub(super) fn text_of(write: impl FnOnce(&mut Vec<u8>)) -> String {
    let mut out = Vec::new();
    write(&mut out);
    String::from_utf8(out).expect("strings, base64 and JSON punctuation are UTF-8")
}

/// A string that borrows from the message where it can; `Option<Cow<str>>` never does.
#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
pub(super) struct Text<'a>(#[serde(borrow)] pub(super) Cow<'a, str>);

impl From<Text<'_>> for String {
    fn from(text: Text<'_>) -> Self {
        text.0.into_owned()
    }
}

/// A value of the protocol.
#[derive(Debug)]
pub(super) struct Parsed(pub(super) Value);

impl<'de> Deserialize<'de> for Parsed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        ValueSeed::new("value").deserialize(deserializer).map(Self)
    }
}

/// A field that says something by being there, even with `null`.
pub(super) fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Parsed>, D::Error> {
    Parsed::deserialize(deserializer).map(Some)
}
