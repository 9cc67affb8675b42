//! Why a text is not a value.

/// A text that is not JSON, or not the JSON of a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct DecodeError {
    /// What is wrong and, where it can be known, the place: `args.remote[3].x: ...`.
    pub message: String,
    /// The line on which the problem was noticed, from 1; 0 when it is not known.
    pub line: usize,
    /// The column in that line, from 1; 0 when it is not known.
    pub column: usize,
}

impl From<serde_json::Error> for DecodeError {
    fn from(error: serde_json::Error) -> Self {
        let (line, column) = (error.line(), error.column());
        let mut message = error.to_string();
        // A message about a place in the value needs no position in the text as well.
        if error.is_data() {
            let position = format!(" at line {line} column {column}");
            if let Some(length) = message.strip_suffix(&position).map(str::len) {
                message.truncate(length);
            }
        }
        Self {
            message,
            line,
            column,
        }
    }
}
