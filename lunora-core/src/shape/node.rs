//! The description itself.

use std::{
    any::TypeId,
    collections::{BTreeMap, HashMap},
};

use serde::Serialize;

use super::Shape;
use crate::table::{Doc, Table};

/// What a value may be.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "camelCase")]
#[non_exhaustive]
pub enum Node {
    /// Any value.
    Any,
    /// Null alone.
    Null,
    /// A boolean.
    Boolean,
    /// A number.
    Float64,
    /// A number without a fraction, from `min` to `max`.
    Integer {
        /// Smallest value.
        min: i64,
        /// Largest value.
        max: i64,
    },
    /// A 64-bit integer (`bigint` in JavaScript).
    Int64 {
        /// Negative values are refused.
        unsigned: bool,
    },
    /// A string.
    String,
    /// Bytes (`ArrayBuffer` in JavaScript).
    Bytes,
    /// The id of a document of this table.
    Id {
        /// Name of the table.
        table: &'static str,
    },
    /// This string and no other.
    Literal {
        /// The string.
        value: String,
    },
    /// An array of equal elements.
    Array {
        /// The element.
        element: Box<Node>,
    },
    /// An array of these elements.
    Tuple {
        /// One node an element.
        elements: Vec<Node>,
    },
    /// An object with any keys and equal values.
    Record {
        /// The value.
        value: Box<Node>,
    },
    /// An object with these fields.
    Object {
        /// The fields.
        fields: Vec<Field>,
        /// What further fields hold; without it there may be none.
        rest: Option<Box<Node>>,
    },
    /// One of several.
    Union {
        /// The alternatives, in the order serde tries them.
        alternatives: Vec<Node>,
    },
    /// The definition of this name in [`Shapes`].
    Named {
        /// Its name.
        name: String,
    },
}

/// A field of an object, or an argument.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Field {
    /// Wire name.
    pub name: &'static str,
    /// Its shape.
    pub shape: Node,
    /// The field may be absent.
    pub optional: bool,
    /// Doc comment.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub docs: &'static str,
}

impl Field {
    /// The field `name` of type `T`; one that may be null may be absent as well.
    pub fn of<T: Shape>(name: &'static str, shapes: &mut Shapes) -> Self {
        Self::new(name, T::shape(shapes))
    }

    /// The field `name` with this shape; one that may be null may be absent as well.
    pub fn new(name: &'static str, shape: Node) -> Self {
        let optional = shape.accepts_null();
        Self {
            name,
            shape,
            optional,
            docs: "",
        }
    }

    /// The same field, which may be absent (`#[serde(default)]`).
    #[must_use]
    pub fn optional(self) -> Self {
        Self {
            optional: true,
            ..self
        }
    }

    /// The same field with a doc comment.
    #[must_use]
    pub fn docs(self, docs: &'static str) -> Self {
        Self { docs, ..self }
    }
}

impl Node {
    /// `T | null`.
    #[must_use]
    pub fn nullable(self) -> Self {
        match self {
            node if node.accepts_null() => node,
            Self::Union { mut alternatives } => {
                alternatives.push(Self::Null);
                Self::Union { alternatives }
            }
            node => Self::Union {
                alternatives: vec![node, Self::Null],
            },
        }
    }

    /// One of `alternatives`.
    pub fn union(alternatives: impl IntoIterator<Item = Self>) -> Self {
        Self::Union {
            alternatives: alternatives.into_iter().collect(),
        }
    }

    /// An object with these fields and no others.
    pub fn object(fields: impl IntoIterator<Item = Field>) -> Self {
        Self::Object {
            fields: fields.into_iter().collect(),
            rest: None,
        }
    }

    /// An object with one field, as an enum variant with content travels.
    pub fn variant(name: &'static str, content: Self) -> Self {
        Self::object([Field {
            name,
            shape: content,
            optional: false,
            docs: "",
        }])
    }

    /// This string.
    pub fn literal(value: &str) -> Self {
        Self::Literal {
            value: value.to_owned(),
        }
    }

    /// Null is one of the values. Named shapes do not count: a type that is null by another name is not optional.
    pub fn accepts_null(&self) -> bool {
        match self {
            Self::Null | Self::Any => true,
            Self::Union { alternatives } => alternatives.iter().any(Self::accepts_null),
            _ => false,
        }
    }

    /// This object with the fields of `other` beside its own, as `#[serde(flatten)]` has it.
    #[must_use]
    pub fn flatten(self, other: Self, shapes: &Shapes) -> Self {
        match (self, shapes.resolve(&other).clone()) {
            // Every pair is one alternative.
            (Self::Union { alternatives }, other) => {
                let both = alternatives
                    .into_iter()
                    .map(|own| own.flatten(other.clone(), shapes));
                Self::union(both.flat_map(|node| match node {
                    Self::Union { alternatives } => alternatives,
                    node => vec![node],
                }))
            }
            (
                Self::Object { mut fields, rest },
                Self::Object {
                    fields: more,
                    rest: other_rest,
                },
            ) => {
                fields.extend(more);
                Self::Object {
                    fields,
                    rest: rest.or(other_rest),
                }
            }
            (Self::Object { fields, .. }, Self::Record { value }) => Self::Object {
                fields,
                rest: Some(value),
            },
            (own, Self::Union { alternatives }) => Self::union(
                alternatives
                    .into_iter()
                    .map(|other| own.clone().flatten(other, shapes)),
            ),
            (Self::Object { fields, .. }, _) => Self::Object {
                fields,
                rest: Some(Box::new(Self::Any)),
            },
            (own, _) => own,
        }
    }
}

/// A named shape.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Definition {
    /// What it stands for.
    pub shape: Node,
    /// Doc comment of the type.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub docs: &'static str,
    /// What is known of it beyond its shape, if it is a stored document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document: Option<DocumentOf>,
}

/// A document with its id and creation time, as [`Doc`](crate::table::Doc) travels.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DocumentOf {
    /// Name of the table.
    pub table: &'static str,
    /// The fields alone.
    pub fields: Node,
}

/// The named shapes of an application.
#[derive(Debug, Clone, Default)]
pub struct Shapes {
    definitions: BTreeMap<String, Definition>,
    names: HashMap<TypeId, String>,
}

impl Shapes {
    /// The node that names type `T`; `describe` runs once per type, so that types may contain themselves.
    pub fn named<T: 'static>(
        &mut self,
        name: &str,
        docs: &'static str,
        describe: impl FnOnce(&mut Self) -> Node,
    ) -> Node {
        if let Some(name) = self.names.get(&TypeId::of::<T>()) {
            return Node::Named { name: name.clone() };
        }
        let name = self.free_name(name);
        self.names.insert(TypeId::of::<T>(), name.clone());
        let mut definition = Definition {
            shape: Node::Any,
            docs,
            document: None,
        };
        self.definitions.insert(name.clone(), definition.clone());
        definition.shape = describe(self);
        self.definitions.insert(name.clone(), definition);
        Node::Named { name }
    }

    /// The node that names the documents of table `T`.
    pub fn document<T: Table>(&mut self) -> Node {
        let fields = T::shape(self);
        let named = match &fields {
            Node::Named { name } => self.definitions.get_key_value(name),
            _ => None,
        };
        let (name, docs) = named.map_or((T::NAME, ""), |(name, table)| (name.as_str(), table.docs));
        let name = format!("Doc<{name}>");
        let node = self.named::<Doc<T>>(&name, docs, |shapes| {
            let own = [
                Field::new("_id", Node::Id { table: T::NAME }),
                Field::of::<f64>("_creationTime", shapes),
            ];
            Node::object(own).flatten(fields.clone(), shapes)
        });
        if let Node::Named { name } = &node
            && let Some(definition) = self.definitions.get_mut(name)
        {
            definition.document = Some(DocumentOf {
                table: T::NAME,
                fields,
            });
        }
        node
    }

    fn free_name(&self, name: &str) -> String {
        let numbered = (2..).map(|number: u32| format!("{name}{number}"));
        let mut names = std::iter::once(name.to_owned()).chain(numbered);
        // The candidates never end, so one is free.
        names
            .find(|name| !self.definitions.contains_key(name))
            .unwrap_or_default()
    }

    /// What `node` stands for: itself, or the definition that it names.
    pub fn resolve<'a>(&'a self, node: &'a Node) -> &'a Node {
        let mut node = node;
        while let Node::Named { name } = node {
            match self.definitions.get(name) {
                Some(definition) => node = &definition.shape,
                None => return &Node::Any,
            }
        }
        node
    }

    /// The definitions by name.
    pub const fn definitions(&self) -> &BTreeMap<String, Definition> {
        &self.definitions
    }
}
