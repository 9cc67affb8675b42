//! Tokens to trees; says only what cannot be read.

use proc_macro2::{Ident, TokenStream};
use syn::{
    Attribute, Expr, LitStr, Signature, Token, parenthesized,
    parse::{ParseStream, Parser},
};

use super::model::{Event, Kind, Options, Parsed, Subject};
use crate::{
    attribute::{CratePath, last_segment},
    errors::Errors,
};

/// The attributes that make a function.
const KINDS: [&str; 11] = [
    "query",
    "mutation",
    "action",
    "internal_query",
    "internal_mutation",
    "internal_action",
    "http_action",
    "on_connect",
    "on_disconnect",
    "on_start",
    "crons",
];

const LIMITS: [&str; 6] = [
    "documents_read",
    "bytes_read",
    "entries_counted",
    "documents_written",
    "bytes_written",
    "work_millis",
];

/// Parses the attribute's options; what cannot be read is a mistake and stays at its default.
pub(crate) fn options(tokens: TokenStream, kind: Kind, errors: &mut Errors) -> Options {
    let mut options = Options {
        krate: CratePath::DEFAULT,
        rename: None,
        limits: Vec::new(),
        gate: false,
    };
    let parser = |input: ParseStream| {
        let mut seen = Vec::new();
        while !input.is_empty() {
            option(input, kind, &mut seen, &mut options)?;
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(())
    };
    errors.take(parser.parse2(tokens));
    options
}

fn option(input: ParseStream, kind: Kind, seen: &mut Vec<String>, options: &mut Options) -> syn::Result<()> {
    let Some(name) = input.cursor().ident().map(|(name, _)| name) else {
        return Err(input.error("expected an option: `rename = \"..\"`, `limits(..)` or `crate = path`"));
    };
    once(&name, seen)?;
    match name.to_string().as_str() {
        "crate" => options.krate = CratePath::parse(input)?,
        "rename" => options.rename = Some(rename(input)?),
        "limits" => options.limits = limits(input)?,
        "gate" if kind == Kind::Hook(Event::Connect) => {
            input.parse::<Ident>()?;
            if input.peek(Token![=]) {
                return Err(input.error("a gate takes no value: `#[on_connect(gate)]`"));
            }
            options.gate = true;
        }
        "gate" => {
            let message = "only `#[on_connect(gate)]` can be a gate, which may refuse a connection";
            return Err(syn::Error::new(name.span(), message));
        }
        other => {
            let (a_name, known) = match kind {
                Kind::Hook(Event::Connect) => ("`#[on_connect]`", "`gate`, "),
                _ => ("a function", ""),
            };
            let message = format!(
                "unknown option `{other}`; {a_name} takes {known}`rename = \"..\"`, `limits(..)` and `crate = path`"
            );
            return Err(syn::Error::new(name.span(), message));
        }
    }
    Ok(())
}

fn once(name: &Ident, seen: &mut Vec<String>) -> syn::Result<()> {
    if seen.contains(&name.to_string()) {
        return Err(syn::Error::new(
            name.span(),
            format!("`{name}` is given twice; keep one"),
        ));
    }
    seen.push(name.to_string());
    Ok(())
}

fn rename(input: ParseStream) -> syn::Result<LitStr> {
    input.parse::<Ident>()?;
    let equals = input.parse::<Token![=]>();
    let text = equals.and_then(|_| input.parse::<LitStr>());
    text.map_err(|error| syn::Error::new(error.span(), "expected a string: `rename = \"wireName\"`"))
}

fn limits(input: ParseStream) -> syn::Result<Vec<(Ident, Expr)>> {
    input.parse::<Ident>()?;
    let content;
    parenthesized!(content in input);
    let (mut limits, mut seen) = (Vec::new(), Vec::new());
    while !content.is_empty() {
        let name: Ident = content.parse()?;
        if !LIMITS.iter().any(|limit| name == limit) {
            let known = LIMITS.map(|limit| format!("`{limit}`")).join(", ");
            return Err(syn::Error::new(
                name.span(),
                format!("unknown limit `{name}`; there are {known}"),
            ));
        }
        once(&name, &mut seen)?;
        let value = content.parse::<Token![=]>().and_then(|_| content.parse());
        let value = value
            .map_err(|error| syn::Error::new(error.span(), format!("expected a number: `{name} = 500`")))?;
        limits.push((name, value));
        if !content.is_empty() {
            content.parse::<Token![,]>()?;
        }
    }
    Ok(limits)
}

/// Parses the function: the signature strictly, the body not at all.
pub(crate) fn function(tokens: TokenStream, subject: Subject) -> syn::Result<Parsed> {
    function_or(tokens, |input| refuse_other_items(input, subject))
}

/// The same; `refuse` says of what begins as something else where the attribute belongs.
pub(crate) fn function_or(
    tokens: TokenStream,
    refuse: impl Fn(ParseStream) -> syn::Result<()>,
) -> syn::Result<Parsed> {
    let parser = |input: ParseStream| {
        let attributes = input.call(Attribute::parse_outer)?;
        let (other_kinds, attributes) = attributes.into_iter().partition(is_kind);
        let visibility = input.parse()?;
        refuse(input)?;
        let signature: Signature = input.parse()?;
        let body = input.parse()?;
        Ok(Parsed {
            attributes,
            other_kinds,
            visibility,
            signature,
            body,
        })
    };
    parser.parse2(tokens)
}

fn is_kind(attribute: &Attribute) -> bool {
    last_segment(attribute.path()).is_some_and(|name| KINDS.iter().any(|kind| name == kind))
}

fn refuse_other_items(input: ParseStream, subject: Subject) -> syn::Result<()> {
    let other = [
        (input.peek(Token![struct]), "a struct"),
        (input.peek(Token![enum]), "an enum"),
        (input.peek(Token![mod]), "a module"),
        (input.peek(Token![impl]), "an impl block"),
        (input.peek(Token![trait]), "a trait"),
        (input.peek(Token![type]), "a type alias"),
        (input.peek(Token![use]), "an import"),
        (input.peek(Token![static]), "a static"),
    ];
    let Some((_, found)) = other.iter().find(|(found, _)| *found) else {
        return Ok(());
    };
    let (name, signature) = (subject.name(), subject.signature());
    Err(input.error(format!(
        "`#[{name}]` belongs on a function, not on {found}: `{signature}`"
    )))
}
