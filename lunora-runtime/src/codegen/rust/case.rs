//! From wire names to Rust names.

/// Keywords that can stand as `r#name`.
const RAW: [&str; 47] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn", "else",
    "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro",
    "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "static", "struct", "trait",
    "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while",
];
/// Keywords that cannot.
const NEVER: [&str; 5] = ["self", "Self", "super", "crate", "yield"];

/// `stripeId` → `stripe_id`, as a name that Rust takes.
pub(super) fn snake(wire: &str) -> String {
    let mut name = String::new();
    for character in wire.chars() {
        if character.is_ascii_uppercase() && !name.is_empty() && !name.ends_with('_') {
            name.push('_');
        }
        name.push(legal(character).to_ascii_lowercase());
    }
    identifier(name)
}

/// `proPlus` and `pro-plus` → `ProPlus`, as a name that Rust takes.
pub(super) fn pascal(wire: &str) -> String {
    let words = wire.split(|character: char| !character.is_ascii_alphanumeric());
    identifier(words.map(upper_first).collect())
}

fn legal(character: char) -> char {
    if character.is_ascii_alphanumeric() {
        character
    } else {
        '_'
    }
}

fn identifier(name: String) -> String {
    match name.as_bytes() {
        [] | [b'_'] => "unnamed".to_owned(),
        [first, ..] if first.is_ascii_digit() => format!("_{name}"),
        _ if RAW.contains(&&*name) => format!("r#{name}"),
        _ if NEVER.contains(&&*name) => format!("{name}_"),
        _ => name,
    }
}

/// The name that a field gets on the wire without an attribute that says another.
pub(super) fn wire_of_field(name: &str) -> String {
    let words = name.trim_start_matches("r#").split('_');
    lower_first(&words.map(upper_first).collect::<String>())
}

/// The same for a variant.
pub(super) fn wire_of_variant(name: &str) -> String {
    lower_first(name)
}

fn upper_first(word: &str) -> String {
    let (first, rest) = word.split_at(word.len().min(1));
    first.to_ascii_uppercase() + rest
}

fn lower_first(word: &str) -> String {
    let (first, rest) = word.split_at(word.len().min(1));
    first.to_ascii_lowercase() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_on_the_wire_become_names_in_rust() {
        for (wire, name) in [
            ("stripeId", "stripe_id"),
            ("type", "r#type"),
            ("self", "self_"),
            ("odd-name", "odd_name"),
            ("2d", "_2d"),
        ] {
            assert_eq!(snake(wire), name);
        }
        for (wire, name) in [
            ("proPlus", "ProPlus"),
            ("in-progress", "InProgress"),
            ("self", "Self_"),
            ("customers", "Customers"),
        ] {
            assert_eq!(pascal(wire), name);
        }
    }

    #[test]
    fn what_needs_no_attribute_is_known() {
        assert_eq!(wire_of_field(&snake("stripeId")), "stripeId");
        assert_eq!(wire_of_field(&snake("type")), "type");
        assert_ne!(wire_of_field(&snake("URL")), "URL");
        assert_eq!(wire_of_variant(&pascal("proPlus")), "proPlus");
    }
}
