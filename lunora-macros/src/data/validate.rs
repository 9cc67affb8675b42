//! What a shape can say, and so what serde's attributes may ask for. Nothing here quotes.

use std::collections::HashSet;

use proc_macro2::Ident;
use quote::ToTokens;
use syn::{GenericParam, ext::IdentExt};

use super::{
    model::{Body, Data, Field, Fields, Representation, Style, Variant},
    parse::derives,
};
use crate::errors::Errors;

/// Checks everything about the type.
pub(crate) fn data(data: &Data, errors: &mut Errors) {
    generics(data, errors);
    container(data, errors);
    for name in ["Serialize", "Deserialize"] {
        if let Some(derive) = derives(&data.item.attrs, name) {
            let message =
                format!("`#[data]` and `#[table]` derive `{name}` themselves: remove it from `derive`");
            errors.add(derive, message);
        }
    }
    match &data.body {
        Body::Struct(found) => fields(found, data.container.default, errors),
        Body::Enum(variants) => enumeration(data, variants, errors),
    }
}

fn generics(data: &Data, errors: &mut Errors) {
    for param in &data.generics.params {
        if matches!(param, GenericParam::Lifetime(_)) {
            errors.add(
                param,
                "what travels owns its data: use `String` for `&str`, `Vec<T>` for `&[T]`",
            );
        }
    }
}

fn container(data: &Data, errors: &mut Errors) {
    let container = &data.container;
    match (&container.from, &container.into) {
        (Some((from, _)), Some((into, _))) if from == into => {}
        (Some((_, text)), _) | (None, Some((_, text))) => {
            let message =
                "what is written must be what is read: give `into` and `from` (or `try_from`) the same type";
            errors.add(text, message);
        }
        (None, None) => {}
    }
    if let (Some(content), None) = (&container.content, &container.tag) {
        errors.add(content, "`content` needs a `tag` beside it");
    }
}

fn enumeration(data: &Data, variants: &[Variant], errors: &mut Errors) {
    let mut seen = HashSet::new();
    for variant in variants.iter().filter(|variant| !variant.serde.skip) {
        if variant.cfgs.is_empty() && !seen.insert(&variant.wire_name) {
            let message = format!(
                "another variant is `{}` on the wire too; rename one",
                variant.wire_name
            );
            errors.add(&variant.name, message);
        }
        wire_name(&variant.name, &variant.wire_name, errors);
        let custom = variant.fields.list.len() == 1 && variant.fields.style == Style::Tuple;
        if variant.serde.custom && !custom {
            errors.add(
                &variant.name,
                "`with` on a variant needs exactly one unnamed field",
            );
        }
        fields(&variant.fields, false, errors);
        if let Representation::Internal(tag) = data.container.representation() {
            tag_is_free(tag, &variant.fields, errors);
        }
    }
}

fn tag_is_free(tag: &syn::LitStr, fields: &Fields, errors: &mut Errors) {
    for field in fields.travelling().filter(|field| field.wire_name == tag.value()) {
        errors.add(
            &field.name,
            "this field has the name of the enum's tag; rename one",
        );
    }
}

/// Checks the fields of a struct or variant; `defaulted` when the whole struct has a default.
pub(crate) fn fields(fields: &Fields, defaulted: bool, errors: &mut Errors) {
    let mut seen = HashSet::new();
    for field in fields.travelling() {
        reads_what_it_writes(field, defaulted, errors);
        let Some(name) = &field.name else { continue };
        if field.serde.flatten {
            continue;
        }
        if field.cfgs.is_empty() && !seen.insert(&field.wire_name) {
            errors.add(
                name,
                format!(
                    "another field is `{}` on the wire too; rename one",
                    field.wire_name
                ),
            );
        }
        wire_name(name, &field.wire_name, errors);
    }
}

fn wire_name(on: &Ident, name: &str, errors: &mut Errors) {
    if name.starts_with('$') {
        errors.add(
            on,
            "names that start with `$` belong to the wire format; choose another",
        );
    } else if name.is_empty() || !name.bytes().all(|byte| (0x20..=0x7e).contains(&byte)) {
        let message = format!(
            "`{}` is not a name that every client can read: use printable ASCII (`#[serde(rename = \"..\")]`)",
            on.unraw()
        );
        errors.add(on, message);
    }
}

/// A field that is left out when it is written must be there again when it is read.
fn reads_what_it_writes(field: &Field, defaulted: bool, errors: &mut Errors) {
    let serde = &field.serde;
    if serde.default || defaulted {
        return;
    }
    let advice = "could be written but not read back; add `default` beside it";
    if let Some(skip) = &serde.skip_serializing {
        errors.add(
            skip,
            format!("a value without this field {advice}, or use `skip`"),
        );
    } else if let Some(skip) = serde
        .skip_serializing_if
        .as_ref()
        .filter(|_| !field.is_option() || serde.with.is_some())
    {
        errors.add(skip, format!("a value without this field {advice}"));
    } else if let Some(with) = serde
        .with
        .as_ref()
        .filter(|_| field.is_option() && field.name.is_some())
    {
        let with = with.to_token_stream();
        errors.add(
            with,
            format!("`None` leaves the field out, and with `with` a value without it {advice}"),
        );
    }
}
