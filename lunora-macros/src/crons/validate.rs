//! Every rule that the signature must keep, each with its own sentence. Nothing here quotes.

use syn::{ReturnType, Safety, Signature};

use crate::{errors::Errors, function::model::Parsed};

/// Checks `parsed`.
pub(super) fn function(parsed: &Parsed, errors: &mut Errors) {
    for other in &parsed.other_kinds {
        errors.add(
            other,
            "a list of crons is nothing else; remove this attribute or the one above it",
        );
    }
    let signature = &parsed.signature;
    qualifiers(signature, errors);
    if let Some(receiver) = signature.receiver() {
        let message = "a list of crons is a free function, not a method: write it outside of this block, without `self`";
        errors.add(receiver, message);
    } else if !signature.inputs.is_empty() {
        let message = "a list of crons takes nothing: it is made once, when the server starts, before there is a context";
        errors.add(&signature.inputs, message);
    }
    if matches!(signature.output, ReturnType::Default) {
        errors.add(
            &signature.ident,
            "a list of crons returns it: write `-> Crons`, and `Crons::new()` in the body",
        );
    }
}

fn qualifiers(signature: &Signature, errors: &mut Errors) {
    if let Some(asyncness) = &signature.asyncness {
        let message = "a list of crons is made at once, when the server starts: remove `async`";
        errors.add(asyncness, message);
    }
    if let Safety::Unsafe(token) = &signature.safety {
        errors.add(token, "a list of crons cannot be `unsafe`; remove it");
    }
    if let Some(abi) = &signature.abi {
        errors.add(abi, "a list of crons cannot be `extern`; remove it");
    }
    if !signature.generics.params.is_empty() {
        errors.add(
            &signature.generics.params,
            "a list of crons cannot be generic: there is one",
        );
    }
}
