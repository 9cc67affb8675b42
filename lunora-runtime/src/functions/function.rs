//! One function, without its types.

use std::{any::TypeId, sync::Arc};

use lunora_core::{
    document::encode_object,
    error::{Error, RequestError, Result},
    limits::LimitOverrides,
    reference::{FunctionRef, Kind, Visibility},
    shape::{Field, Node, Shapes},
    value::{Object, Value},
};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::app::Erased;

/// A function of the application.
#[derive(Debug)]
pub(super) struct Function {
    /// The type that is its reference.
    pub(super) reference: TypeId,
    pub(super) path: &'static str,
    pub(super) path_hash: [u8; 32],
    /// The argument that says which page is wanted.
    pub(super) page_argument: Option<&'static str>,
    pub(super) kind: Kind,
    pub(super) visibility: Visibility,
    pub(super) docs: &'static str,
    pub(super) limits: LimitOverrides,
    pub(super) args: Vec<Field>,
    pub(super) returns: Node,
    pub(super) run: Erased,
}

impl Function {
    /// Whether `F` is its reference, and not a type that says it has the same path.
    pub(super) fn is<F: FunctionRef>(&self) -> bool {
        self.reference == TypeId::of::<F>()
    }

    /// What the cursors of a call are bound to: path and arguments, those aside that say which page is wanted.
    pub(super) fn binding(&self, args: &Object) -> [u8; 32] {
        let Some(page) = self.page_argument else {
            return self.path_hash;
        };
        let mut others = args.clone();
        others.remove(page);
        let mut text = self.path.as_bytes().to_vec();
        encode_object(&others, &mut text);
        Sha256::digest(&text).into()
    }

    /// Takes out of the arguments of a query by what number a hook of npm's keeps its page apart from those of others:
    /// equal pages are one query. A page that is to begin anew comes without a journal.
    pub(super) fn forget_hook(&self, args: &mut Object) {
        let options = self.page_argument.and_then(|page| args.get_mut(page));
        if let Some(Value::Object(options)) = options {
            options.remove("id");
        }
    }

    /// Refuses a call as another kind.
    pub(super) fn check_kind(&self, called: Option<Kind>) -> Result<()> {
        match called {
            Some(called) if called != self.kind => Err(Error::request(RequestError::WrongKind {
                path: self.path.to_owned(),
                called: called.name(),
                defined: self.kind.name(),
            })),
            _ => Ok(()),
        }
    }

    /// Refuses arguments that do not have the declared shape, naming the field.
    pub(super) fn check_args(&self, shapes: &Shapes, args: &Object) -> Result<()> {
        shapes
            .check_fields("args", &self.args, args)
            .map_err(|mismatch| Error::request(RequestError::Arguments(mismatch.to_string())))
    }
}

/// What can be told about a function: for the function list.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct FunctionInfo {
    /// Wire path.
    pub path: &'static str,
    /// `query`, `mutation` or `action`.
    pub kind: &'static str,
    /// `public` or `internal`.
    pub visibility: &'static str,
    /// Doc comment.
    pub docs: &'static str,
    /// The arguments as a line of text each: `name?: type`.
    pub arguments: Vec<String>,
    /// The result as text.
    pub returns: String,
    /// The arguments in full.
    pub argument_shapes: Vec<Field>,
    /// The result in full.
    pub return_shape: Node,
}

impl FunctionInfo {
    /// All of `functions`, by path.
    pub(super) fn list<'a>(functions: impl Iterator<Item = &'a Arc<Function>>, shapes: &Shapes) -> Vec<Self> {
        let mut all: Vec<_> = functions.map(|function| Self::of(function, shapes)).collect();
        all.sort_by_key(|function| function.path);
        all
    }

    fn of(function: &Function, shapes: &Shapes) -> Self {
        Self {
            path: function.path,
            kind: match function.kind {
                Kind::Query => "query",
                Kind::Mutation => "mutation",
                Kind::Action => "action",
            },
            visibility: match function.visibility {
                Visibility::Public => "public",
                Visibility::Internal => "internal",
            },
            docs: function.docs,
            arguments: function
                .args
                .iter()
                .map(|field| shapes.describe_field(field))
                .collect(),
            returns: shapes.describe(&function.returns),
            argument_shapes: function.args.clone(),
            return_shape: function.returns.clone(),
        }
    }
}
