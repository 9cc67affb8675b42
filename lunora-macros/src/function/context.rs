//! The first parameter: the context of the kind, borrowed as the kind borrows it.

use syn::{FnArg, Ident, Signature, Type, TypeReference};

use super::model::{Kind, Subject};
use crate::{
    attribute::{type_name, ungroup},
    errors::Errors,
};

const CONTEXTS: [(&str, Kind); 3] = [
    ("QueryCtx", Kind::Query),
    ("MutationCtx", Kind::Mutation),
    ("ActionCtx", Kind::Action),
];

/// Checks the context; `true` when the first parameter was meant as one.
pub(crate) fn context(signature: &Signature, subject: Subject, errors: &mut Errors) -> bool {
    match signature.inputs.first() {
        Some(FnArg::Receiver(receiver)) => {
            let (a_name, wanted) = (subject.a_name(), subject.context());
            let message = format!(
                "{a_name} is a free function, not a method: write it outside of this block, with `ctx: {wanted}` in \
                 place of `self`"
            );
            errors.add(receiver, message);
            true
        }
        Some(FnArg::Typed(first)) if is_context(&first.ty) => {
            check(&first.ty, subject, errors);
            true
        }
        _ => {
            missing(signature, subject, errors);
            false
        }
    }
}

/// Says that there is no context in front: where one is, where it belongs, or where the parameters are not.
fn missing(signature: &Signature, subject: Subject, errors: &mut Errors) {
    let (a_name, wanted) = (subject.a_name(), subject.context());
    let is_later = |input: &&FnArg| matches!(input, FnArg::Typed(input) if is_ours(&input.ty));
    let message = format!("{a_name} takes its context first: `ctx: {wanted}`");
    if let Some(later) = signature.inputs.iter().find(is_later) {
        errors.add(
            later,
            format!("{a_name} takes its context first: move this to the front"),
        );
    } else if let Some(first) = signature.inputs.first() {
        errors.add(first, message);
    } else {
        errors.add(&signature.ident, message);
    }
}

/// A reference to one of our contexts, or one of them by value.
pub(crate) fn is_ours(ty: &Type) -> bool {
    match ungroup(ty) {
        Type::Reference(reference) => is_ours(&reference.elem),
        ty => type_name(ty).is_some_and(|name| CONTEXTS.iter().any(|(context, _)| name == context)),
    }
}

/// One of our contexts by its name, or a reference to a type that may be an alias of one.
fn is_context(ty: &Type) -> bool {
    match ungroup(ty) {
        Type::Reference(reference) => is_ours(&reference.elem) || may_be_alias(&reference.elem),
        ty => is_ours(ty),
    }
}

fn may_be_alias(ty: &Type) -> bool {
    const DATA: [&str; 6] = ["String", "Vec", "Option", "Id", "Doc", "Value"];
    type_name(ty).map(Ident::to_string).is_some_and(|name| {
        name.starts_with(|first: char| first.is_uppercase()) && !DATA.contains(&name.as_str())
    })
}

/// Checks how the context is taken, and that it is the one of the kind.
fn check(ty: &Type, subject: Subject, errors: &mut Errors) {
    let (a_name, wanted) = (subject.a_name(), subject.context());
    let ty = ungroup(ty);
    let Type::Reference(TypeReference { mutability, elem, .. }) = ty else {
        errors.add(ty, format!("{a_name} borrows its context: write `{wanted}`"));
        return;
    };
    let found = CONTEXTS
        .iter()
        .find(|(name, _)| type_name(elem).is_some_and(|found| found == name));
    let Some((_, found)) = found else { return };
    let kind = subject.kind();
    let own = if let Kind::Hook(_) = kind {
        Kind::Mutation
    } else {
        kind
    };
    if *found != own {
        errors.add(
            ty,
            format!("{a_name} takes `{wanted}`; {}", other_kind(kind, *found)),
        );
    } else if mutability.is_some() != (own == Kind::Mutation) {
        errors.add(ty, format!("{a_name} takes `{wanted}`"));
    }
}

fn other_kind(kind: Kind, found: Kind) -> &'static str {
    match (kind, found) {
        (Kind::Query, Kind::Mutation) => "a query only reads. To write, make it a `#[mutation]`",
        (Kind::Query, _) => "a query only reads. To talk to the world, make it an `#[action]`",
        (Kind::Mutation, Kind::Query) => "if it only reads, make it a `#[query]`",
        (Kind::Mutation, _) => "a mutation is one transaction. To talk to the world, make it an `#[action]`",
        (Kind::Hook(_), _) => "a hook is a mutation, which the server runs",
        (Kind::Action, _) => "an action reaches data through `ctx.run_query(..)` and `ctx.run_mutation(..)`",
    }
}
