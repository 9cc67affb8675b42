//! serde's attributes. What a shape cannot follow is refused here: it must never say something else than serde does.

use quote::{ToTokens, quote};
use syn::{Attribute, LitStr, Path, Type, meta::ParseNestedMeta, parse::Parse};

use super::{
    model::{Container, FieldAttributes, VariantAttributes},
    rename::Rule,
};
use crate::{attribute::named, errors::Errors};

/// Reads the attributes of the type.
pub(crate) fn container(attributes: &[Attribute], errors: &mut Errors) -> Container {
    let mut container = Container::default();
    each(attributes, errors, |meta| {
        let container = &mut container;
        match name(&meta)?.as_str() {
            "rename" => container.rename = Some(one_string(&meta)?.value()),
            "rename_all" => container.rename_all = Some(rule(&meta)?),
            "rename_all_fields" => container.rename_all_fields = Some(rule(&meta)?),
            "tag" => container.tag = Some(string(&meta)?),
            "content" => container.content = Some(string(&meta)?),
            "untagged" => container.untagged = true,
            "transparent" => container.transparent = true,
            "default" => container.default = flag_or_value(&meta)?,
            "from" | "try_from" => container.from = Some(type_in_string(&meta)?),
            "into" => container.into = Some(type_in_string(&meta)?),
            "deny_unknown_fields" => {}
            "bound" => {
                container.bound = true;
                skip_value(&meta)?;
            }
            "expecting" => skip_value(&meta)?,
            "crate" => return Err(meta.error("set the crate on our attribute: `crate = path`")),
            other => return Err(refused(&meta, other)),
        }
        Ok(())
    });
    container
}

/// Reads the attributes of a variant.
pub(crate) fn variant(attributes: &[Attribute], errors: &mut Errors) -> VariantAttributes {
    let mut variant = VariantAttributes::default();
    each(attributes, errors, |meta| {
        let variant = &mut variant;
        match name(&meta)?.as_str() {
            "rename" => variant.rename = Some(one_string(&meta)?.value()),
            "rename_all" => variant.rename_all = Some(rule(&meta)?),
            "alias" => variant.aliases.push(string(&meta)?.value()),
            "skip" => variant.skip = true,
            "skip_serializing" => {}
            "other" => variant.other = true,
            "untagged" => variant.untagged = true,
            "with" | "serialize_with" | "deserialize_with" => {
                variant.custom = true;
                skip_value(&meta)?;
            }
            "bound" => skip_value(&meta)?,
            "skip_deserializing" => {
                return Err(
                    meta.error("a variant that can be sent must be readable too: use `skip` or nothing")
                );
            }
            other => return Err(refused(&meta, other)),
        }
        Ok(())
    });
    variant
}

/// Reads the attributes of a field.
pub(crate) fn field(attributes: &[Attribute], errors: &mut Errors) -> FieldAttributes {
    let mut field = FieldAttributes::default();
    each(attributes, errors, |meta| {
        let field = &mut field;
        match name(&meta)?.as_str() {
            "rename" => field.rename = Some(one_string(&meta)?),
            "default" => field.default = flag_or_value(&meta)?,
            "skip" => field.skip = true,
            "skip_serializing" => field.skip_serializing = Some(meta.path.clone()),
            "skip_deserializing" => field.skip_deserializing = true,
            "skip_serializing_if" => {
                skip_value(&meta)?;
                field.skip_serializing_if = Some(meta.path.clone());
            }
            "flatten" => field.flatten = true,
            "with" => {
                let with = string(&meta)?;
                let path: Path = with.parse()?;
                field.write = Some(quote!(#path::serialize));
                field.with = Some(with);
            }
            "serialize_with" => {
                let with = string(&meta)?;
                field.write = Some(with.parse::<Path>()?.into_token_stream());
                field.with = Some(with);
            }
            "deserialize_with" => field.with = Some(string(&meta)?),
            "bound" => {
                field.bound = true;
                skip_value(&meta)?;
            }
            "alias" => {
                return Err(meta.error(
                    "a shape has one name for a field, so an alias would be accepted by serde and refused before it: \
                     rename the field, or migrate the data",
                ));
            }
            other => return Err(refused(&meta, other)),
        }
        Ok(())
    });
    field
}

fn each(
    attributes: &[Attribute],
    errors: &mut Errors,
    mut read: impl FnMut(ParseNestedMeta<'_>) -> syn::Result<()>,
) {
    for attribute in named(attributes, "serde") {
        errors.take(attribute.parse_nested_meta(&mut read));
    }
    for attribute in named(attributes, "cfg_attr") {
        if attribute.to_token_stream().to_string().contains("serde") {
            let message = "the shape is written before `cfg_attr` is resolved, so serde's attributes cannot stand in \
                           one: put `#[cfg(..)]` on two versions of the item";
            errors.add(attribute, message);
        }
    }
}

fn name(meta: &ParseNestedMeta<'_>) -> syn::Result<String> {
    // `crate` is a keyword, which `require_ident` refuses.
    if meta.path.is_ident("crate") {
        return Ok("crate".to_owned());
    }
    meta.path.require_ident().map(ToString::to_string)
}

fn refused(meta: &ParseNestedMeta<'_>, name: &str) -> syn::Error {
    meta.error(format!(
        "`#[data]` does not know how serde's `{name}` changes what travels, so it cannot stand here"
    ))
}

fn string(meta: &ParseNestedMeta<'_>) -> syn::Result<LitStr> {
    meta.value()?.parse()
}

fn one_string(meta: &ParseNestedMeta<'_>) -> syn::Result<LitStr> {
    if meta.input.peek(syn::token::Paren) {
        return Err(meta.error("what travels has one name in both directions: `rename = \"name\"`"));
    }
    string(meta)
}

fn rule(meta: &ParseNestedMeta<'_>) -> syn::Result<Rule> {
    if meta.input.peek(syn::token::Paren) {
        return Err(meta.error("what travels has one case in both directions: `rename_all = \"camelCase\"`"));
    }
    let name = string(meta)?;
    Rule::of(&name.value()).ok_or_else(|| syn::Error::new(name.span(), "serde has no such case"))
}

fn type_in_string(meta: &ParseNestedMeta<'_>) -> syn::Result<(Type, LitStr)> {
    let text = string(meta)?;
    Ok((text.parse_with(Type::parse)?, text))
}

fn flag_or_value(meta: &ParseNestedMeta<'_>) -> syn::Result<bool> {
    if meta.input.peek(syn::Token![=]) {
        skip_value(meta)?;
    }
    Ok(true)
}

fn skip_value(meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
    if meta.input.peek(syn::token::Paren) {
        let content;
        syn::parenthesized!(content in meta.input);
        return content.parse::<proc_macro2::TokenStream>().map(drop);
    }
    meta.value()?.parse::<syn::Expr>().map(drop)
}
