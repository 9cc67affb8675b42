//! Shapes as Rust types.

use std::collections::BTreeSet;

use lunora_core::{
    pagination::row_of_page,
    shape::{Field, Node},
};

use super::items::Items;

/// What `lunora::number` carries.
const LARGEST_EXACT: i64 = 1 << 53;

/// Longest tuple that travels.
const LONGEST_TUPLE: usize = 6;

impl Items<'_> {
    /// The type of a field, and whether it is a 64-bit integer that travels as a plain number.
    pub(super) fn of_field(&mut self, field: &Field, place: &str) -> (String, bool) {
        match field.shape {
            Node::Integer { min, max } if is_number(min, max) => {
                let ty = if min == 0 { "u64" } else { "i64" };
                (ty.to_owned(), true)
            }
            _ => (self.of(&field.shape, place), false),
        }
    }

    /// The type of `node`. If it needs a name of its own, that is made of `place`.
    pub(super) fn of(&mut self, node: &Node, place: &str) -> String {
        if self.interface.is_pagination_options(node) {
            return "PaginationOptions".to_owned();
        }
        if let Some(row) = row_of_page(node) {
            return format!("Page<{}>", self.of(row, &format!("{place}Row")));
        }
        match node {
            Node::Null => "()".to_owned(),
            Node::Boolean => "bool".to_owned(),
            Node::Float64 => "f64".to_owned(),
            Node::Integer { min, max } => integer(*min, *max).to_owned(),
            Node::Int64 { unsigned: false } => "i64".to_owned(),
            Node::Int64 { unsigned: true } => "u64".to_owned(),
            Node::String => "String".to_owned(),
            Node::Bytes => "Bytes".to_owned(),
            Node::Id { table } => format!("Id<{}>", self.table(table)),
            Node::Array { element } => format!("Vec<{}>", self.elsewhere(element, &format!("{place}Item"))),
            Node::Tuple { elements } if (1..=LONGEST_TUPLE).contains(&elements.len()) => {
                self.tuple(elements, place)
            }
            Node::Record { value } => {
                let value = self.elsewhere(value, &format!("{place}Value"));
                format!("BTreeMap<String, {value}>")
            }
            Node::Object { .. } | Node::Literal { .. } => self.unnamed(node, place),
            Node::Union { alternatives } => self.union(alternatives, place),
            Node::Named { name } => self.named(name),
            // `Any`, tuples that no type of Rust is, and what there may be one day.
            _ => "Value".to_owned(),
        }
    }

    /// The type of what a list or map holds, which lies elsewhere in memory: it may be what it stands in.
    fn elsewhere(&mut self, node: &Node, place: &str) -> String {
        let inside = self.inside.take();
        let ty = self.of(node, place);
        self.inside = inside;
        ty
    }

    fn tuple(&mut self, elements: &[Node], place: &str) -> String {
        let elements = elements.iter().zip(1..);
        let types: Vec<_> = elements
            .map(|(element, number)| self.of(element, &format!("{place}{number}")))
            .collect();
        // A tuple of one has a comma.
        let comma = if types.len() == 1 { "," } else { "" };
        format!("({}{comma})", types.join(", "))
    }

    fn unnamed(&mut self, node: &Node, place: &str) -> String {
        match node {
            Node::Literal { .. } => self.hoisted(&Node::union([node.clone()]), place),
            node => self.hoisted(node, place),
        }
    }

    /// Null among the alternatives is an `Option`; what is left is an enum, unless it is one alone.
    fn union(&mut self, alternatives: &[Node], place: &str) -> String {
        let others: Vec<_> = alternatives
            .iter()
            .filter(|node| **node != Node::Null)
            .cloned()
            .collect();
        let ty = match others.as_slice() {
            [] => "()".to_owned(),
            [Node::Literal { .. }] => self.hoisted(&Node::union(others.clone()), place),
            [only] => self.of(only, place),
            // Null somewhere deeper has no place in an enum.
            several if several.iter().any(Node::accepts_null) => "Value".to_owned(),
            _ => self.hoisted(&Node::union(others.clone()), place),
        };
        if others.len() < alternatives.len() && ty != "Value" && ty != "()" {
            format!("Option<{ty}>")
        } else {
            ty
        }
    }

    fn named(&mut self, name: &str) -> String {
        let shapes = self.interface.shapes();
        if let Some(document) = shapes
            .definitions()
            .get(name)
            .and_then(|definition| definition.document.as_ref())
        {
            return format!("Doc<{}>", self.table(document.table));
        }
        let own = self.names.of(name).to_owned();
        match self.inside {
            Some(inside) if self.holds(name, inside) => format!("Box<{own}>"),
            _ => own,
        }
    }

    /// Whether a value of the type `outer` holds one of the type `inner` without a list or map between them.
    fn holds(&self, outer: &str, inner: &str) -> bool {
        let (mut seen, mut open) = (BTreeSet::new(), vec![outer.to_owned()]);
        while let Some(name) = open.pop() {
            if name == inner {
                return true;
            }
            if let Some(definition) = self.interface.shapes().definitions().get(&name)
                && seen.insert(name)
            {
                direct(&definition.shape, &mut open);
            }
        }
        false
    }
}

/// The names of types that stand in `node` itself.
fn direct(node: &Node, names: &mut Vec<String>) {
    match node {
        Node::Named { name } => names.push(name.clone()),
        Node::Array { .. } | Node::Record { .. } => {}
        Node::Object { fields, .. } => fields.iter().for_each(|field| direct(&field.shape, names)),
        _ => node.children().into_iter().for_each(|child| direct(child, names)),
    }
}

fn is_number(min: i64, max: i64) -> bool {
    max == LARGEST_EXACT && (min == 0 || min == -LARGEST_EXACT)
}

/// The integer type with these bounds; a plain number where there is none.
fn integer(min: i64, max: i64) -> &'static str {
    const TYPES: [(&str, i64, i64); 6] = [
        ("i8", i8::MIN as i64, i8::MAX as i64),
        ("i16", i16::MIN as i64, i16::MAX as i64),
        ("i32", i32::MIN as i64, i32::MAX as i64),
        ("u8", 0, u8::MAX as i64),
        ("u16", 0, u16::MAX as i64),
        ("u32", 0, u32::MAX as i64),
    ];
    let found = TYPES
        .iter()
        .find(|(_, smallest, largest)| (*smallest, *largest) == (min, max));
    found.map_or("f64", |(name, ..)| name)
}
