//! Names of internal functions, names of none, and the ways to write them.

use lunora_core::{
    reference::Kind,
    shape::{Field, Node},
};

use crate::support::{Running, hooks};

/// The name of a function.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Name {
    pub(crate) module: String,
    pub(crate) function: String,
    pub(crate) kind: Kind,
    /// Arguments that it takes, as a JSON object.
    pub(crate) args: String,
}

/// All internal functions of the application that `server` serves, from its own list.
pub(crate) fn internal_functions(server: &Running) -> Vec<Name> {
    let internal = server
        .functions
        .iter()
        .filter(|function| function.visibility == "internal");
    let names = internal.map(|function| {
        let (module, name) = function.path.split_once(':').unwrap();
        let kind = match function.kind {
            "query" => Kind::Query,
            "mutation" => Kind::Mutation,
            "action" => Kind::Action,
            other => panic!("unknown kind {other}"),
        };
        Name {
            module: module.to_owned(),
            function: name.to_owned(),
            kind,
            args: right_args(&function.argument_shapes),
        }
    });
    names.collect()
}

/// Names that exist for clients as little as internal functions: those, and hooks, which nobody runs by their names.
pub(crate) fn hidden_functions(server: &Running) -> Vec<Name> {
    let hooks = hooks::NAMES.map(|(module, name, args)| Name {
        module: module.to_owned(),
        function: name.to_owned(),
        kind: Kind::Mutation,
        args: args.to_owned(),
    });
    internal_functions(server).into_iter().chain(hooks).collect()
}

fn right_args(fields: &[Field]) -> String {
    let fields: Vec<_> = fields
        .iter()
        .map(|field| format!(r#""{}":{}"#, field.name, example(&field.shape)))
        .collect();
    format!("{{{}}}", fields.join(","))
}

fn example(shape: &Node) -> &'static str {
    match shape {
        Node::Any | Node::Float64 | Node::Integer { .. } => "1",
        Node::String => r#""x""#,
        other => panic!("give an example of {other:?}"),
    }
}

impl Name {
    pub(crate) fn text(&self) -> String {
        format!("{}:{}", self.module, self.function)
    }

    /// Names that differ in one letter and that no function has: one in the same module, one in another.
    pub(crate) fn missing(&self) -> Vec<Self> {
        let module = Self {
            module: with_other_letter(&self.module),
            ..self.clone()
        };
        // Messages leave `:default` off, so a name like `default` is no match for it.
        if self.function == "default" {
            return vec![module];
        }
        vec![
            Self {
                function: with_other_letter(&self.function),
                ..self.clone()
            },
            module,
        ]
    }
}

/// `text` with a `q`, which no name of the application has. An `e` stays: some spellings write it another way.
fn with_other_letter(text: &str) -> String {
    let at = text
        .rfind(|letter: char| letter.is_ascii_alphabetic() && letter != 'e')
        .unwrap();
    format!("{}q{}", &text[..at], &text[at + 1..])
}

/// Ways to write a name, as it stands in a JSON string.
pub(crate) fn spellings() -> Vec<fn(&Name) -> String> {
    vec![
        Name::text,
        |name| format!("{}.js:{}", name.module, name.function),
        |name| format!("{}.js.js:{}", name.module, name.function),
        |name| format!("{}.ts:{}", name.module, name.function),
        |name| format!("{}:{}:default", name.module, name.function),
        |name| format!("{}/{}", name.module, name.function),
        |name| format!("{}/{}:default", name.module, name.function),
        |name| name.module.clone(),
        |name| name.function.clone(),
        |name| format!(":{}", name.function),
        |name| format!("{}:", name.module),
        |name| name.text().to_uppercase(),
        |name| format!("{}:{}", name.module, name.function.to_uppercase()),
        |name| format!("{}:{}", name.module.to_uppercase(), name.function),
        |name| name.text().replace('/', "//"),
        |name| format!("/{}", name.text()),
        |name| format!("//{}", name.text()),
        |name| format!("./{}", name.text()),
        |name| format!("x/../{}", name.text()),
        |name| format!("{}/.:{}", name.module, name.function),
        |name| format!("{}/:{}", name.module, name.function),
        |name| format!("{}.:{}", name.module, name.function),
        |name| format!("{}::{}", name.module, name.function),
        |name| format!("{}.{}", name.module, name.function),
        |name| format!("{}#{}", name.module, name.function),
        |name| format!("{} ", name.text()),
        |name| format!(" {}", name.text()),
        |name| format!("{}\\t", name.text()),
        |name| format!("{}\\n", name.text()),
        |name| format!("{}\\u0000", name.text()),
        |name| format!("{}\\u200b", name.text()),
        |name| name.text().replace(':', "\u{ff1a}"),
        |name| name.text().replace(':', "%3A"),
        |name| name.text().replace('/', "\\\\"),
        |name| name.text().replace('/', "%2F"),
        |name| name.text().replace('e', "\u{435}"),
        |name| name.text().replace('e', "e\u{301}"),
        |name| name.text().replacen('e', "%65", 1),
        |name| name.text().replacen('e', "\\u0065", 1),
        |name| name.text().replacen('e', "_e", 1),
        |name| format!("api.{}", name.text()),
        |name| format!("internal.{}", name.text()),
        |name| format!("internal/{}", name.text()),
        |name| format!("_system/{}", name.text()),
        |name| format!("{}(1)", name.text()),
        |name| format!("{}?x", name.text()),
    ]
}
