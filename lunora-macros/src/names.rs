//! From Rust names to wire names.

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::ext::IdentExt;

/// The name without `r#`.
pub(crate) fn plain(ident: &Ident) -> String {
    ident.unraw().to_string()
}

/// `by_stripe_id` → `byStripeId`, by the rule that serde's `camelCase` has for fields.
pub(crate) fn camel_case(name: &str) -> String {
    lower_first(&pascal_case(name))
}

/// `by_stripe_id` → `ByStripeId`.
pub(crate) fn pascal_case(name: &str) -> String {
    name.split('_').map(upper_first).collect()
}

pub(crate) fn upper_first(name: &str) -> String {
    change_first(name, char::to_ascii_uppercase)
}

pub(crate) fn lower_first(name: &str) -> String {
    change_first(name, char::to_ascii_lowercase)
}

fn change_first(name: &str, change: impl Fn(&char) -> char) -> String {
    let mut chars = name.chars();
    chars
        .next()
        .map(|first| change(&first))
        .into_iter()
        .chain(chars)
        .collect()
}

/// The name behind a keyword, in tokens that need be no item.
pub(crate) fn name_after(item: &TokenStream, keyword: &str) -> Option<Ident> {
    let mut tokens = item.clone().into_iter();
    tokens.find(|token| matches!(token, TokenTree::Ident(ident) if ident == keyword))?;
    match tokens.next() {
        Some(TokenTree::Ident(name)) => Some(name),
        _ => None,
    }
}

/// The constant that stands for a field's name in `HasField`: FNV-1a, 64 bits.
pub(crate) fn hash(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// What is wrong with `name` as a name on the wire of something that a program defines, if anything is.
pub(crate) fn wire_name_problem(name: &str) -> Option<&'static str> {
    if name.is_empty() {
        return Some("a wire name cannot be empty");
    }
    if name.starts_with('_') || name.starts_with('$') {
        return Some("names that start with `_` or `$` belong to Lunora; choose another");
    }
    if name.starts_with(|first: char| first.is_ascii_digit()) {
        return Some("a wire name cannot start with a digit");
    }
    if !name
        .chars()
        .all(|char| char.is_ascii_alphanumeric() || char == '_')
    {
        return Some("a wire name consists of ASCII letters, digits and `_`");
    }
    None
}
