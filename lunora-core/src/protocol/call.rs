//! What both sides say about a call: the function with its arguments, and how it failed.

use serde::{Deserialize, Deserializer, de::DeserializeSeed};
use serde_json::value::RawValue;

use crate::{
    json::{ValueSeed, parse_arguments},
    value::{Object, Value},
};

use super::fields::Fields;

/// A call of a mutation or an action.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The client's number of it: one counter for both kinds.
    pub request_id: u32,
    /// The function, in any spelling.
    pub path: String,
    /// Its arguments. A receiver finds an error here where only they could not be read.
    pub args: Result<Object, InvalidArgs>,
    /// The component that has the function; none or empty is the root.
    pub component_path: Option<String>,
}

/// A query to be watched.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// The client's number of it.
    pub query_id: u32,
    /// The function, in any spelling.
    pub path: String,
    /// Its arguments. A receiver finds an error here where only they could not be read.
    pub args: Result<Object, InvalidArgs>,
    /// Where its page ended last, as the server has said on an earlier connection.
    pub journal: Option<String>,
    /// The component that has the function; none or empty is the root.
    pub component_path: Option<String>,
}

/// Arguments that are no object of values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidArgs(String);

/// Why a call has no result.
#[derive(Debug, Clone, PartialEq)]
pub struct CallFailure {
    /// Text for people.
    pub message: String,
    /// The data of an application error, which is one by having data.
    pub data: Option<Value>,
}

impl Request {
    /// A call of a function of the root component.
    pub fn new(request_id: u32, path: impl Into<String>, args: Object) -> Self {
        Self {
            request_id,
            path: path.into(),
            args: Ok(args),
            component_path: None,
        }
    }

    pub(super) fn write(&self, kind: &str, out: &mut Vec<u8>) {
        let mut fields = Fields::message(out, kind);
        fields.plain("requestId", self.request_id);
        fields.text("udfPath", &self.path);
        write_args(self.args.as_ref(), &mut fields);
        fields.opt_text("componentPath", self.component_path.as_deref());
        fields.end();
    }
}

impl Query {
    /// A query of the root component.
    pub fn new(query_id: u32, path: impl Into<String>, args: Object) -> Self {
        Self {
            query_id,
            path: path.into(),
            args: Ok(args),
            journal: None,
            component_path: None,
        }
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        let mut fields = Fields::message(out, "Add");
        fields.plain("queryId", self.query_id);
        fields.text("udfPath", &self.path);
        write_args(self.args.as_ref(), &mut fields);
        fields.opt_text("journal", self.journal.as_deref());
        fields.opt_text("componentPath", self.component_path.as_deref());
        fields.end();
    }
}

/// The socket has always had arguments in an array of one. Those that could not be read are not sent on.
fn write_args(args: Result<&Object, &InvalidArgs>, fields: &mut Fields<'_>) {
    let args: Vec<_> = args.cloned().map(Value::Object).into_iter().collect();
    fields.value("args", &Value::Array(args));
}

impl CallFailure {
    /// A failure without data.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            data: None,
        }
    }
}

/// Arguments as they stand in a message.
pub(super) trait WireArgs {
    /// One object, which may stand in an array of one.
    fn into_object(self) -> Result<Object, InvalidArgs>;
}

/// Read together with the message.
pub(super) struct ReadArgs(Value);

impl<'de> Deserialize<'de> for ReadArgs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        ValueSeed::arguments().deserialize(deserializer).map(Self)
    }
}

impl WireArgs for ReadArgs {
    fn into_object(self) -> Result<Object, InvalidArgs> {
        match self.0 {
            Value::Object(args) => Ok(args),
            Value::Array(items) => match <[Value; 1]>::try_from(items) {
                Ok([Value::Object(args)]) => Ok(args),
                _ => Err(positional()),
            },
            _ => Err(positional()),
        }
    }
}

/// Read by themselves, so that the message can be understood without them.
impl WireArgs for &RawValue {
    fn into_object(self) -> Result<Object, InvalidArgs> {
        let args = parse_arguments(self.get().as_bytes());
        ReadArgs(args.map_err(|error| InvalidArgs(error.message))?).into_object()
    }
}

fn positional() -> InvalidArgs {
    InvalidArgs("`args` must be an array that holds one object of named arguments".to_owned())
}
