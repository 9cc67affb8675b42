//! Does a value have a shape, and if not, where does it differ?

use std::fmt;

use super::{Field, Node, Shapes};
use crate::{
    id::{DocumentId, TableTag},
    value::{Object, Value},
};

/// Largest integer up to which every one is exactly a Float64: 2^53.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Where a value differs from its shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    path: Vec<String>,
    problem: String,
}

impl Mismatch {
    fn new(problem: String) -> Self {
        Self {
            path: Vec::new(),
            problem,
        }
    }

    fn expected(expected: &str, value: &Value) -> Self {
        Self::new(format!("expected {expected}, got {}", got(value)))
    }

    fn within(mut self, step: impl Into<String>) -> Self {
        self.path.push(step.into());
        self
    }
}

/// The kind of a value, and a short string itself: it is what the caller sent, and names the typo.
fn got(value: &Value) -> String {
    match value {
        Value::String(text) if text.len() <= 40 => format!("{text:?}"),
        value => value.kind_name().to_owned(),
    }
}

impl fmt::Display for Mismatch {
    /// `remote.plan: expected string, got number`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, step) in self.path.iter().rev().enumerate() {
            let dot = if at > 0 && !step.starts_with('[') { "." } else { "" };
            write!(f, "{dot}{step}")?;
        }
        let colon = if self.path.is_empty() { "" } else { ": " };
        write!(f, "{colon}{}", self.problem)
    }
}

impl Shapes {
    /// Checks `value` against `node`; `name` is the first step of the path in the error.
    pub fn check(&self, name: &str, node: &Node, value: &Value) -> Result<(), Mismatch> {
        self.check_node(node, value)
            .map_err(|mismatch| mismatch.within(name))
    }

    /// Checks the fields of an object, as [`Shapes::check`] does.
    pub fn check_fields(&self, name: &str, fields: &[Field], object: &Object) -> Result<(), Mismatch> {
        self.check_object(fields, None, object)
            .map_err(|mismatch| mismatch.within(name))
    }

    fn check_node(&self, node: &Node, value: &Value) -> Result<(), Mismatch> {
        match (self.resolve(node), value) {
            (Node::Any, _)
            | (Node::Null, Value::Null)
            | (Node::Boolean, Value::Bool(_))
            | (Node::Float64, Value::Float64(_))
            | (Node::String, Value::String(_))
            | (Node::Bytes, Value::Bytes(_)) => Ok(()),
            (Node::Integer { min, max }, Value::Float64(number)) => check_integer(*min, *max, *number),
            (Node::Int64 { unsigned }, Value::Int64(number)) => check_sign(*unsigned, *number < 0),
            (Node::Int64 { unsigned }, Value::Float64(number)) => {
                check_exact(*number).and_then(|()| check_sign(*unsigned, *number < 0.0))
            }
            (Node::Id { table }, Value::String(text)) => check_id(table, text),
            (Node::Literal { value: wanted }, Value::String(text)) if wanted == text => Ok(()),
            (Node::Array { element }, Value::Array(values)) => {
                self.check_elements(values.iter().map(|value| (&**element, value)))
            }
            (Node::Tuple { elements }, Value::Array(values)) if elements.len() == values.len() => {
                self.check_elements(elements.iter().zip(values))
            }
            (Node::Tuple { elements }, Value::Array(values)) => {
                let (wanted, found) = (elements.len(), values.len());
                Err(Mismatch::new(format!(
                    "expected an array of {wanted} elements, got one of {found}"
                )))
            }
            (Node::Record { value: node }, Value::Object(object)) => {
                object.iter().try_for_each(|(name, value)| {
                    self.check_node(node, value).map_err(|error| error.within(name))
                })
            }
            (Node::Object { fields, rest }, Value::Object(object)) => {
                self.check_object(fields, rest.as_deref(), object)
            }
            (Node::Union { alternatives }, value) => self.check_union(alternatives, value),
            (node, value) => Err(Mismatch::expected(&self.describe(node), value)),
        }
    }

    fn check_elements<'a>(
        &self,
        elements: impl Iterator<Item = (&'a Node, &'a Value)>,
    ) -> Result<(), Mismatch> {
        for (at, (node, value)) in elements.enumerate() {
            self.check_node(node, value)
                .map_err(|error| error.within(format!("[{at}]")))?;
        }
        Ok(())
    }

    fn check_object(&self, fields: &[Field], rest: Option<&Node>, object: &Object) -> Result<(), Mismatch> {
        let (mut known, mut wrong) = (0, None);
        for field in fields {
            let value = object.get(field.name);
            known += usize::from(value.is_some());
            if wrong.is_none() {
                wrong = self.check_field(field, value).err();
            }
        }
        // Before what is missing: a misspelt name is both, and the unknown one shows the mistake.
        if known < object.len() {
            self.check_rest(fields, rest, object)?;
        }
        wrong.map_or(Ok(()), Err)
    }

    fn check_field(&self, field: &Field, value: Option<&Value>) -> Result<(), Mismatch> {
        match value {
            None | Some(Value::Null) if field.optional => Ok(()),
            Some(value) => {
                let checked = self.check_node(&field.shape, value);
                checked.map_err(|mismatch| mismatch.within(field.name))
            }
            None => {
                let expected = self.describe(&field.shape);
                Err(Mismatch::new(format!("missing, expected {expected}")).within(field.name))
            }
        }
    }

    fn check_rest(&self, fields: &[Field], rest: Option<&Node>, object: &Object) -> Result<(), Mismatch> {
        let others = object
            .iter()
            .filter(|(name, _)| fields.iter().all(|field| field.name != *name));
        for (name, value) in others {
            match rest {
                Some(node) => self.check_node(node, value).map_err(|error| error.within(name))?,
                None => return Err(Mismatch::new(unknown_field(fields)).within(name)),
            }
        }
        Ok(())
    }

    /// Looks once at each alternative: they may contain others.
    fn check_union(&self, alternatives: &[Node], value: &Value) -> Result<(), Mismatch> {
        let (mut meant, mut deepest) = (None, None::<Mismatch>);
        for node in alternatives {
            let Err(mismatch) = self.check_node(node, value) else {
                return Ok(());
            };
            if meant.is_none() && self.has_tags_of(node, value) {
                meant = Some(mismatch);
            } else if mismatch.path.len() > deepest.as_ref().map_or(0, |deepest| deepest.path.len()) {
                deepest = Some(mismatch);
            }
        }
        let meant = meant.or_else(|| self.wrong_tag(alternatives, value));
        // Without a tag, the alternative that fits furthest is the one that was meant.
        let all = || Mismatch::expected(&self.describe(&Node::union(alternatives.iter().cloned())), value);
        Err(meant.or(deepest).unwrap_or_else(all))
    }

    /// The value has the tag of this alternative; all of them, if several enums are flattened into it.
    fn has_tags_of(&self, node: &Node, value: &Value) -> bool {
        let Some(object) = value.as_object() else {
            return false;
        };
        let mut tags = self.tags(node).peekable();
        tags.peek().is_some() && tags.all(|tag| self.check_field(tag, object.get(tag.name)).is_ok())
    }

    /// What is wrong with a tag of an object: with one that all of these alternatives have, which have one each, or several.
    fn wrong_tag(&self, alternatives: &[Node], value: &Value) -> Option<Mismatch> {
        let object = value.as_object()?;
        let is_object = |node: &&Node| matches!(self.resolve(node), Node::Object { .. } | Node::Union { .. });
        let objects: Vec<&Node> = alternatives.iter().filter(is_object).collect();
        self.tags(objects.first()?).find_map(|tag| {
            let mut shapes: Vec<&Node> = Vec::new();
            for node in &objects {
                let same = self.tags(node).find(|other| other.name == tag.name)?;
                if !shapes.contains(&&same.shape) {
                    shapes.push(&same.shape);
                }
            }
            let any = Field::new(tag.name, Node::union(shapes.into_iter().cloned()));
            self.check_field(&any, object.get(tag.name)).err()
        })
    }

    /// The fields that tell an alternative from others: each is always the same string.
    fn tags<'a>(&'a self, node: &'a Node) -> impl Iterator<Item = &'a Field> {
        let fields = match self.resolve(node) {
            Node::Object { fields, .. } => fields.as_slice(),
            _ => &[],
        };
        let is_tag = |field: &&Field| matches!(field.shape, Node::Literal { .. }) && !field.optional;
        fields.iter().filter(is_tag)
    }
}

fn unknown_field(fields: &[Field]) -> String {
    let names: Vec<_> = fields.iter().map(|field| format!("`{}`", field.name)).collect();
    match names.as_slice() {
        [] => "unknown field; there are none here".to_owned(),
        names => format!("unknown field; expected {}", names.join(", ")),
    }
}

fn check_exact(number: f64) -> Result<(), Mismatch> {
    if number.fract() == 0.0 && number.abs() <= EXACT {
        return Ok(());
    }
    Err(Mismatch::new(format!(
        "expected a 64-bit integer, got the number {number}"
    )))
}

fn check_sign(unsigned: bool, negative: bool) -> Result<(), Mismatch> {
    if unsigned && negative {
        return Err(Mismatch::new(
            "expected an integer that is not negative".to_owned(),
        ));
    }
    Ok(())
}

#[allow(
    clippy::cast_precision_loss,
    reason = "the bounds of integer shapes lie within 2^53"
)]
fn check_integer(min: i64, max: i64, number: f64) -> Result<(), Mismatch> {
    if number.fract() == 0.0 && number >= min as f64 && number <= max as f64 {
        return Ok(());
    }
    Err(Mismatch::new(format!(
        "expected an integer from {min} to {max}, got {number}"
    )))
}

fn check_id(table: &str, text: &str) -> Result<(), Mismatch> {
    match text.parse::<DocumentId>() {
        Ok(id) if id.table == TableTag::of(table) => Ok(()),
        Ok(_) => Err(Mismatch::new(format!(
            "expected an id of table `{table}`, got an id of another table"
        ))),
        Err(_) => Err(Mismatch::new(format!(
            "expected an id of table `{table}`, got a string that is no id"
        ))),
    }
}
