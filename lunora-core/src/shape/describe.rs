//! Shapes as text: for error messages, the function list and fingerprints.

use std::collections::BTreeSet;

use super::{Field, Node, Shapes};

impl Shapes {
    /// One line as a TypeScript reader would expect it; named types by their names.
    pub fn describe(&self, node: &Node) -> String {
        match node {
            Node::Any => "any value".to_owned(),
            Node::Null => "null".to_owned(),
            Node::Boolean => "boolean".to_owned(),
            Node::Float64 => "number".to_owned(),
            Node::Integer { .. } => "integer".to_owned(),
            Node::Int64 { .. } => "bigint".to_owned(),
            Node::String => "string".to_owned(),
            Node::Bytes => "bytes".to_owned(),
            Node::Id { table } => format!("Id<\"{table}\">"),
            Node::Literal { value } => format!("{value:?}"),
            Node::Array { element } => format!("Array<{}>", self.describe(element)),
            Node::Tuple { elements } => format!("[{}]", self.describe_all(elements, ", ")),
            Node::Record { value } => format!("Record<string, {}>", self.describe(value)),
            Node::Object { fields, rest } => self.describe_object(fields, rest.as_deref()),
            Node::Union { alternatives } => self.describe_all(alternatives, " | "),
            Node::Named { name } => name.clone(),
        }
    }

    fn describe_all(&self, nodes: &[Node], separator: &str) -> String {
        let texts: Vec<_> = nodes.iter().map(|node| self.describe(node)).collect();
        texts.join(separator)
    }

    fn describe_object(&self, fields: &[Field], rest: Option<&Node>) -> String {
        let rest = rest.map(|node| format!("[key: string]: {}", self.describe(node)));
        let fields: Vec<_> = fields
            .iter()
            .map(|field| self.describe_field(field))
            .chain(rest)
            .collect();
        if fields.is_empty() {
            "{}".to_owned()
        } else {
            format!("{{ {} }}", fields.join(", "))
        }
    }

    /// `name: type`, with a question mark when the field may be absent.
    pub fn describe_field(&self, field: &Field) -> String {
        let mark = if field.optional { "?" } else { "" };
        format!("{}{mark}: {}", field.name, self.describe(&field.shape))
    }

    /// The whole shape as text, definitions included: two shapes accept the same values when these are equal.
    pub fn canonical(&self, node: &Node) -> String {
        let mut text = format!("{node:?}");
        let mut seen = BTreeSet::new();
        let mut open = vec![node];
        while let Some(node) = open.pop() {
            if let Node::Named { name } = node
                && seen.insert(name)
                && let Some(definition) = self.definitions().get(name)
            {
                text.push_str(&format!("\n{name} = {:?}", definition.shape));
                open.push(&definition.shape);
            }
            open.extend(node.children());
        }
        text
    }
}

impl Shapes {
    /// Whether `node` is, or has somewhere inside it, the definition `name`.
    pub fn mentions(&self, node: &Node, name: &str) -> bool {
        let mut seen = BTreeSet::new();
        let mut open = vec![node];
        while let Some(node) = open.pop() {
            match node {
                Node::Named { name: found } if found == name => return true,
                Node::Named { name: found } if seen.insert(found) => open.push(self.resolve(node)),
                _ => open.extend(node.children()),
            }
        }
        false
    }
}

impl Node {
    /// The nodes directly inside this one. What a name stands for is not inside it.
    pub fn children(&self) -> Vec<&Self> {
        match self {
            Self::Array { element: inner } | Self::Record { value: inner } => vec![&**inner],
            Self::Tuple { elements: nodes } | Self::Union { alternatives: nodes } => nodes.iter().collect(),
            Self::Object { fields, rest } => fields
                .iter()
                .map(|field| &field.shape)
                .chain(rest.as_deref())
                .collect(),
            _ => Vec::new(),
        }
    }
}
