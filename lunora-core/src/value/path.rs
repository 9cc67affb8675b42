//! Where in a value something is, as `args.remote[3].x`.

use std::fmt;

/// A place in a value that is being read, linked upwards through the stack so that it costs nothing until it is printed.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Path<'p> {
    Root(&'p str),
    Field(&'p Path<'p>, &'p str),
    Index(&'p Path<'p>, usize),
}

impl Path<'_> {
    fn is_empty(&self) -> bool {
        matches!(self, Path::Root(""))
    }

    /// An error message about this place.
    pub(crate) fn describe(&self, message: &dyn fmt::Display) -> String {
        if self.is_empty() {
            message.to_string()
        } else {
            format!("{self}: {message}")
        }
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Path::Root(name) => formatter.write_str(name),
            Path::Index(parent, index) => write!(formatter, "{parent}[{index}]"),
            Path::Field(parent, name) => {
                let segment = field_segment(name);
                let dot = if parent.is_empty() || segment.starts_with('[') {
                    ""
                } else {
                    "."
                };
                write!(formatter, "{parent}{dot}{segment}")
            }
        }
    }
}

/// A field's name as part of a path: `name`, or `["odd name"]`.
fn field_segment(name: &str) -> String {
    let plain = !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_$".contains(&byte));
    if plain {
        name.to_owned()
    } else {
        format!("[{name:?}]")
    }
}

/// `path`, seen from the object whose field `name` it starts in.
pub(super) fn below_field(name: &str, path: &str) -> String {
    let dot = if path.is_empty() || path.starts_with('[') {
        ""
    } else {
        "."
    };
    format!("{}{dot}{path}", field_segment(name))
}

/// `path`, seen from the array whose element it starts in.
pub(super) fn below_index(index: usize, path: &str) -> String {
    let dot = if path.is_empty() || path.starts_with('[') {
        ""
    } else {
        "."
    };
    format!("[{index}]{dot}{path}")
}
