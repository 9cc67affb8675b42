//! What a function did, as JSON (the protocol of the Convex clients).

use std::fmt::{Display, Write};

use lunora_core::{
    error::{Error, RequestError},
    json::{Format, to_encoded_string, write, write_string},
};

use crate::functions::{RequestId, Returned};

/// How a failure is put into words for one caller.
#[derive(Debug, Clone, Copy)]
pub(super) struct View {
    pub(super) request_id: RequestId,
    pub(super) format: Format,
    /// Whether the caller reads the text of system errors.
    pub(super) in_full: bool,
    pub(super) refusal: Refusal,
}

/// The text for a function that is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// `Could not find public function for '..'.`
    PublicFunction,
    /// `Could not find function for '..'.`, for which command line tools look.
    Function,
}

/// The answer of a call that gave `value`.
pub(super) fn success(value: &Returned, format: Format) -> Vec<u8> {
    let mut out = Vec::with_capacity(256);
    out.extend_from_slice(br#"{"status":"success","value":"#);
    match (value, format) {
        (Returned::Shared(value), Format::Encoded) => out.extend_from_slice(value.json()),
        (value, format) => write(format, value, &mut out),
    }
    out.extend_from_slice(br#","logLines":[]}"#);
    out
}

/// The answer of a call that failed. `errorData` is there only if the application gave data.
pub(super) fn failure(error: &Error, view: &View) -> Vec<u8> {
    let mut out = Vec::with_capacity(256);
    out.extend_from_slice(br#"{"status":"error","errorMessage":"#);
    write_string(&message(error, view), &mut out);
    if let Some(data) = error.app_data() {
        out.extend_from_slice(br#","errorData":"#);
        write(view.format, data, &mut out);
    }
    out.extend_from_slice(br#","logLines":[]}"#);
    out
}

/// The text of a failure.
pub(super) fn message(error: &Error, view: &View) -> String {
    let mut text = String::with_capacity(128);
    append(
        &mut text,
        format_args!("[Request ID: {}] Server Error", view.request_id),
    );
    if let Some(data) = error.app_data() {
        append(
            &mut text,
            format_args!("\nUncaught ConvexError: {}", to_encoded_string(data)),
        );
    } else if let Some(refused) = error.as_request() {
        append(
            &mut text,
            format_args!(
                "\n{}",
                Worded {
                    refused,
                    refusal: view.refusal
                }
            ),
        );
    } else if view.in_full {
        append(&mut text, format_args!("\nUncaught Error: {error}"));
    }
    text
}

/// The text of a failure that everybody may read.
pub(super) fn readable(id: RequestId, error: &Error) -> String {
    format!("[Request ID: {id}] Server Error\n{error}")
}

fn append(text: &mut String, more: impl Display) {
    // Writing to a string fails only if a `Display` says so, and then what there is has to do.
    let _ = write!(text, "{more}");
}

/// A refusal in the words of the route.
struct Worded<'a> {
    refused: &'a RequestError,
    refusal: Refusal,
}

impl Display for Worded<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.refused, self.refusal) {
            (RequestError::NoPublicFunction(path), Refusal::Function) => {
                write!(f, "Could not find function for '{path}'.")
            }
            (refused, _) => refused.fmt(f),
        }
    }
}
