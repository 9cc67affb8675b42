//! Enums: how their variants are told apart is read off the alternatives.

use std::collections::BTreeSet;

use lunora_core::shape::{Field, Node};

use super::{
    super::names::Names,
    case::{pascal, wire_of_variant},
    docs::quoted,
    items::{CHOICE, DATA, Items},
};

impl Items<'_> {
    /// The enum `name` of these alternatives, of which none is null.
    pub(super) fn enumeration(&mut self, name: &str, alternatives: &[Node]) -> String {
        if alternatives
            .iter()
            .all(|node| matches!(node, Node::Literal { .. }))
        {
            let variants = named(alternatives.iter().filter_map(literal));
            let variants: String = variants.map(|(_, variant)| variant + ",\n").collect();
            return format!("{CHOICE}pub enum {name} {{\n{variants}}}\n");
        }
        let (attribute, variants) = if let Some(tag) = tag(alternatives) {
            let attribute = format!("#[serde(tag = {})]\n", quoted(tag));
            (attribute, self.tagged(name, tag, alternatives))
        } else if let Some(variants) = external(alternatives) {
            (String::new(), self.external(name, &variants))
        } else {
            (
                "#[serde(untagged)]\n".to_owned(),
                self.untagged(name, alternatives),
            )
        };
        format!("{DATA}{attribute}pub enum {name} {{\n{variants}}}\n")
    }

    /// Objects of which one field says which they are. Content beside the tag is a field like any other.
    fn tagged(&mut self, place: &str, tag: &str, alternatives: &[Node]) -> String {
        let tags = alternatives.iter().filter_map(|node| tag_value(node, tag));
        let variants: Vec<_> = named(tags).collect();
        let mut text = String::new();
        for (node, (name, variant)) in alternatives.iter().zip(variants) {
            let Node::Object { fields, rest } = node else {
                continue;
            };
            let others: Vec<_> = fields.iter().filter(|field| field.name != tag).cloned().collect();
            text += &self.braces(&format!("{place}{name}"), &variant, &others, rest.as_deref());
        }
        text
    }

    /// A variant's name alone, or an object with the name as its only field.
    fn external(&mut self, place: &str, variants: &[(&str, Option<&Node>)]) -> String {
        let names: Vec<_> = named(variants.iter().map(|(wire, _)| *wire)).collect();
        let mut text = String::new();
        for ((_, content), (name, variant)) in variants.iter().zip(names) {
            let place = format!("{place}{name}");
            text += &match content {
                None => format!("{variant},\n"),
                Some(Node::Object { fields, rest }) => self.braces(&place, &variant, fields, rest.as_deref()),
                Some(Node::Tuple { elements }) if elements.len() > 1 => {
                    let types: Vec<_> = elements.iter().map(|element| self.of(element, &place)).collect();
                    format!("{variant}({}),\n", types.join(", "))
                }
                Some(content) => self.newtype(&place, &variant, content),
            };
        }
        text
    }

    /// The first alternative that fits. Names stand together, because a name is no type.
    fn untagged(&mut self, place: &str, alternatives: &[Node]) -> String {
        let names: Vec<_> = alternatives
            .iter()
            .filter(|node| literal(node).is_some())
            .cloned()
            .collect();
        let (mut variants, mut text, mut known) = (Names::new(&["Self"]), String::new(), false);
        for node in alternatives {
            let is_name = literal(node).is_some();
            if is_name && std::mem::replace(&mut known, true) {
                continue;
            }
            let node = if is_name {
                Node::union(names.clone())
            } else {
                node.clone()
            };
            let variant = variants.take(&variant_for(&node));
            text += &self.newtype(&format!("{place}{variant}"), &format!("    {variant}"), &node);
        }
        text
    }

    fn braces(&mut self, place: &str, variant: &str, fields: &[Field], rest: Option<&Node>) -> String {
        if fields.is_empty() && rest.is_none() {
            return format!("{variant},\n");
        }
        let fields = self.fields(place, fields, rest, "        ");
        format!("{variant} {{\n{fields}    }},\n")
    }

    fn newtype(&mut self, place: &str, variant: &str, content: &Node) -> String {
        let field = Field::new("", content.clone());
        let (ty, number) = self.of_field(&field, place);
        let with = if number {
            "#[serde(with = \"::lunora_client::number\")] "
        } else {
            ""
        };
        format!("{variant}({with}{ty}),\n")
    }
}

/// Names of variants, and the same with their attribute, as they stand in the enum.
fn named<'w>(wires: impl Iterator<Item = &'w str>) -> impl Iterator<Item = (String, String)> {
    let mut names = Names::new(&["Self"]);
    wires.map(move |wire| {
        let name = names.take(&pascal(wire));
        let rename =
            (wire_of_variant(&name) != wire).then(|| format!("    #[serde(rename = {})]\n", quoted(wire)));
        let variant = format!("{}    {name}", rename.unwrap_or_default());
        (name, variant)
    })
}

fn literal(node: &Node) -> Option<&str> {
    match node {
        Node::Literal { value } => Some(value),
        _ => None,
    }
}

/// The field by which all of `alternatives` are told apart.
fn tag(alternatives: &[Node]) -> Option<&'static str> {
    let Some(Node::Object { fields, .. }) = alternatives.first() else {
        return None;
    };
    let tells_apart = |tag: &&'static str| {
        let mut seen = BTreeSet::new();
        alternatives
            .iter()
            .all(|node| tag_value(node, tag).is_some_and(|value| seen.insert(value)))
    };
    fields.iter().map(|field| field.name).find(tells_apart)
}

fn tag_value<'n>(node: &'n Node, tag: &str) -> Option<&'n str> {
    let Node::Object { fields, .. } = node else {
        return None;
    };
    let field = fields.iter().find(|field| field.name == tag && !field.optional)?;
    literal(&field.shape)
}

/// Names and contents, if all of `alternatives` are a name or an object with one field, and no name comes twice.
fn external(alternatives: &[Node]) -> Option<Vec<(&str, Option<&Node>)>> {
    let variants = alternatives.iter().map(|node| match node {
        Node::Literal { value } => Some((value.as_str(), None)),
        Node::Object { fields, rest: None } => match fields.as_slice() {
            [only] if !only.optional => Some((only.name, Some(&only.shape))),
            _ => None,
        },
        _ => None,
    });
    let variants: Vec<_> = variants.collect::<Option<_>>()?;
    let mut seen = BTreeSet::new();
    variants
        .iter()
        .all(|(name, _)| seen.insert(*name))
        .then_some(variants)
}

/// What a variant without a tag is called.
fn variant_for(node: &Node) -> String {
    let name = match node {
        Node::Named { name } => return pascal(name),
        Node::Null => "Null",
        Node::Boolean => "Boolean",
        Node::Float64 | Node::Integer { .. } => "Number",
        Node::Int64 { .. } => "Integer",
        Node::String => "Text",
        Node::Bytes => "Bytes",
        Node::Id { .. } => "Id",
        Node::Array { .. } => "List",
        Node::Tuple { .. } => "Tuple",
        Node::Record { .. } => "Map",
        Node::Object { .. } => "Object",
        Node::Union { .. } => "Known",
        _ => "Any",
    };
    name.to_owned()
}
