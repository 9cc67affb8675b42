//! What a request for a call says, from its body or its address.

use std::{borrow::Cow, fmt};

use http::{HeaderMap, header};
use lunora_core::{
    Object, Value,
    json::{Format, ValueSeed, parse_arguments},
    path::FunctionPath,
};
use percent_encoding::percent_decode_str;
use serde::{
    Deserialize, Deserializer,
    de::{self, DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor},
};

use super::{object, problem::Problem};

/// A call as a request words it. Keys that are not known are ignored.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Envelope<'a> {
    #[serde(borrow)]
    path: Option<Text<'a>>,
    #[serde(borrow)]
    format: Option<Text<'a>>,
    #[serde(deserialize_with = "arguments")]
    args: Option<Value>,
    #[serde(borrow)]
    component_path: Option<Text<'a>>,
    #[serde(borrow)]
    ts: Option<Text<'a>>,
    /// The function, where the address names it.
    #[serde(skip)]
    named: Option<FunctionPath>,
}

/// A string that borrows from the request where it can; or something else, which matters only to a route that has a use
/// for the string.
#[derive(Debug)]
enum Text<'a> {
    Is(Cow<'a, str>),
    IsNot,
}

impl Text<'_> {
    /// The string under `key`, if there is one.
    fn read<'t>(text: Option<&'t Self>, key: &str) -> Result<Option<&'t str>, Problem> {
        match text {
            None => Ok(None),
            Some(Text::Is(text)) => Ok(Some(text)),
            Some(Text::IsNot) => Err(bad_json(format_args!("`{key}` is not a string"))),
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Text<'de>, E> {
        Ok(Text::Is(Cow::Borrowed(text)))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Text<'de>, E> {
        Ok(Text::Is(Cow::Owned(text.to_owned())))
    }

    fn visit_bool<E: de::Error>(self, _: bool) -> Result<Text<'de>, E> {
        Ok(Text::IsNot)
    }

    fn visit_i64<E: de::Error>(self, _: i64) -> Result<Text<'de>, E> {
        Ok(Text::IsNot)
    }

    fn visit_u64<E: de::Error>(self, _: u64) -> Result<Text<'de>, E> {
        Ok(Text::IsNot)
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<Text<'de>, E> {
        Ok(Text::IsNot)
    }

    fn visit_unit<E: de::Error>(self) -> Result<Text<'de>, E> {
        Ok(Text::IsNot)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Text<'de>, A::Error> {
        while elements.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Text::IsNot)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Text<'de>, A::Error> {
        while fields.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Text::IsNot)
    }
}

fn arguments<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    ValueSeed::arguments().deserialize(deserializer).map(Some)
}

/// Whether the arguments may stand in an array of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// `{..}` or `[{..}]`.
    ObjectOrArray,
    /// `{..}`.
    Object,
}

impl<'a> Envelope<'a> {
    /// Reads a JSON body.
    pub(super) fn from_body(headers: &HeaderMap, body: &'a [u8]) -> Result<Self, Problem> {
        if !is_json(headers) {
            return Err(bad_json("the Content-Type header is not application/json"));
        }
        object::from_slice(body).map_err(bad_json)
    }

    /// Reads a query string: `path`, `args` (JSON text) and `format`.
    pub(super) fn from_query(query: &'a str) -> Result<Self, Problem> {
        let mut envelope = Self::default();
        let pairs = query
            .split('&')
            .flat_map(|pair| form_urlencoded::parse(pair.as_bytes()).map(move |named| (pair, named)));
        for (pair, (name, text)) in pairs {
            match &*name {
                "path" => set_once(&mut envelope.path, Text::Is(text), "path")?,
                "format" => set_once(&mut envelope.format, Text::Is(text), "format")?,
                "componentPath" => set_once(&mut envelope.component_path, Text::Is(text), "componentPath")?,
                "args" => {
                    // The form's own rules put something else in the place of such bytes.
                    if percent_decode_str(pair).decode_utf8().is_err() {
                        return Err(bad_json("`args` is not UTF-8"));
                    }
                    let args = parse_arguments(text.as_bytes()).map_err(bad_json)?;
                    set_once(&mut envelope.args, args, "args")?;
                }
                _ => {}
            }
        }
        Ok(envelope)
    }

    /// Whatever the body says, the address names this function.
    pub(super) fn name(&mut self, path: FunctionPath) {
        self.named = Some(path);
    }

    /// The timestamp to read at, as it is written; empty when there is none.
    pub(super) fn timestamp(&self) -> Result<String, Problem> {
        let text = Text::read(self.ts.as_ref(), "ts")?;
        Ok(text.unwrap_or_default().to_owned())
    }

    /// The function that the request names.
    pub(super) fn path(&self) -> Result<FunctionPath, Problem> {
        if let Some(path) = &self.named {
            return Ok(path.clone());
        }
        let path = Text::read(self.path.as_ref(), "path")?;
        FunctionPath::parse(path.ok_or_else(|| bad_json("`path` is missing"))?).map_err(bad_path)
    }

    /// The form in which the result is wanted.
    pub(super) fn format(&self) -> Result<Format, Problem> {
        let Some(name) = Text::read(self.format.as_ref(), "format")? else {
            return Ok(Format::default());
        };
        Format::parse(name).map_err(|error| Problem::bad_request("BadFormat", error.to_string()))
    }

    /// There are no components, so only the root can be meant.
    pub(super) fn check_component(&self) -> Result<(), Problem> {
        match Text::read(self.component_path.as_ref(), "componentPath")? {
            Some(path) if !path.is_empty() => Err(Problem::bad_request(
                "BadComponentPath",
                "This server has no components; leave out `componentPath`.",
            )),
            _ => Ok(()),
        }
    }

    /// The arguments, one object.
    pub(super) fn into_args(self, shape: Shape) -> Result<Object, Problem> {
        match self.args {
            None => Ok(Object::new()),
            Some(Value::Object(args)) => Ok(args),
            Some(Value::Array(items)) if shape == Shape::ObjectOrArray => only_object(items),
            Some(_) => Err(bad_args()),
        }
    }
}

fn only_object(items: Vec<Value>) -> Result<Object, Problem> {
    match <[Value; 1]>::try_from(items) {
        Ok([Value::Object(args)]) => Ok(args),
        _ => Err(bad_args()),
    }
}

/// The function that an address names: `messages/list` is `messages:list`.
pub(super) fn path_of_address(address: &str) -> Result<FunctionPath, Problem> {
    let (module, function) = address
        .rsplit_once('/')
        .ok_or_else(|| bad_path("the address has one part; expected /api/run/<module>/<function>"))?;
    let (module, function) = (decode(module)?, decode(function)?);
    FunctionPath::parse(&format!("{module}:{function}")).map_err(bad_path)
}

fn decode(part: &str) -> Result<Cow<'_, str>, Problem> {
    percent_decode_str(part)
        .decode_utf8()
        .map_err(|_| bad_path("the address is not UTF-8"))
}

fn set_once<T>(place: &mut Option<T>, value: T, name: &str) -> Result<(), Problem> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(Problem::bad_request(
            "BadQueryString",
            format!("`{name}` is given twice."),
        )),
    }
}

/// Whether the headers say that the body is JSON.
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    let Some(Ok(value)) = headers.get(header::CONTENT_TYPE).map(|value| value.to_str()) else {
        return false;
    };
    let essence = value.split(';').next().unwrap_or(value);
    essence.trim().eq_ignore_ascii_case("application/json")
}

pub(super) fn bad_json(why: impl std::fmt::Display) -> Problem {
    Problem::bad_request("BadJsonBody", format!("The request cannot be read: {why}."))
}

fn bad_path(why: impl std::fmt::Display) -> Problem {
    Problem::bad_request(
        "BadConvexFunctionIdentifier",
        format!("The function's path cannot be read: {why}."),
    )
}

fn bad_args() -> Problem {
    let message = "`args` must be one object of named arguments (or, where a client does so, an array that holds \
                   just that object). Positional arguments are not supported.";
    Problem::bad_request("BadArguments", message)
}
