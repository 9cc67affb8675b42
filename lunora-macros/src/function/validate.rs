//! Every rule that the signature must keep, each with its own sentence. Nothing here quotes.

use syn::{
    FnArg, GenericParam, Ident, Pat, PatIdent, PatType, ReturnType, Safety, Signature, Type, TypeReference,
    spanned::Spanned,
    visit_mut::{self, VisitMut},
};

use super::{
    context::{context, is_ours},
    model::{Argument, Function, Kind, Options, Parsed, Subject, Visibility},
};
use crate::{
    attribute::{self, move_down, type_name, ungroup},
    errors::Errors,
    names::{camel_case, plain, wire_name_problem},
};

const MOST_ARGUMENTS: usize = 12;

/// Checks `parsed` and makes the model; with mistakes in `errors` it is good for the fallback only.
pub(crate) fn function(
    parsed: &Parsed,
    kind: Kind,
    visibility: Visibility,
    options: Options,
    errors: &mut Errors,
) -> Function {
    let signature = &parsed.signature;
    one_kind(parsed, errors);
    plain_async_fn(signature, Subject::Function(kind), errors);
    let context = context(signature, Subject::Function(kind), errors);
    let mut arguments = arguments(signature, usize::from(context), errors);
    let mut output = output(signature, errors);
    let mut down = MoveDown {
        function: &signature.ident,
    };
    for argument in &mut arguments {
        down.visit_type_mut(&mut argument.ty);
    }
    if let Some(ty) = &mut output {
        down.visit_type_mut(ty);
    }
    let mut limits = options.limits;
    for (_, value) in &mut limits {
        down.visit_expr_mut(value);
    }
    Function {
        krate: options.krate.deeper(2),
        kind,
        visibility,
        name: signature.ident.clone(),
        wire_name: wire_name(&signature.ident, options.rename.as_ref(), errors),
        docs: attribute::doc_comments(&parsed.attributes).cloned().collect(),
        doc_text: attribute::doc_text(&parsed.attributes),
        cfgs: attribute::cfgs(&parsed.attributes),
        deprecated: attribute::named(&parsed.attributes, "deprecated").next().cloned(),
        arguments,
        parameters: signature.paren_token.span.join(),
        // The return type may name a parameter, which nothing that is generated knows.
        output: output.filter(|_| signature.generics.params.is_empty()),
        limits,
        gate: options.gate,
    }
}

pub(crate) fn one_kind(parsed: &Parsed, errors: &mut Errors) {
    for other in &parsed.other_kinds {
        errors.add(
            other,
            "a function has one kind; remove this attribute or the one above it",
        );
    }
}

fn wire_name(name: &Ident, rename: Option<&syn::LitStr>, errors: &mut Errors) -> String {
    let Some(rename) = rename else {
        return camel_case(&plain(name));
    };
    if let Some(problem) = wire_name_problem(&rename.value()) {
        errors.add(rename, problem);
    }
    rename.value()
}

pub(crate) fn plain_async_fn(signature: &Signature, subject: Subject, errors: &mut Errors) {
    let (name, a_name) = (&signature.ident, subject.a_name());
    if signature.asyncness.is_none() {
        errors.add(
            signature.fn_token,
            format!("{a_name} is an async function: write `async fn {name}(..)`"),
        );
    }
    if let Some(constness) = &signature.constness {
        errors.add(constness, format!("{a_name} cannot be `const`; remove it"));
    }
    if let Safety::Unsafe(token) = &signature.safety {
        errors.add(
            token,
            format!("{a_name} cannot be `unsafe`: it is called with whatever arrives; remove it"),
        );
    }
    if let Some(abi) = &signature.abi {
        errors.add(abi, format!("{a_name} cannot be `extern`; remove it"));
    }
    if let Some(variadic) = &signature.variadic {
        errors.add(variadic, "arguments have names and types; `...` has neither");
    }
    generics(signature, a_name, errors);
}

fn generics(signature: &Signature, a_name: &str, errors: &mut Errors) {
    let generics = &signature.generics;
    if generics
        .params
        .iter()
        .any(|param| !matches!(param, GenericParam::Lifetime(_)))
    {
        let message = format!(
            "{a_name} cannot be generic: its arguments arrive over the wire, as one type. \
             Write the type, or call a generic helper function from here"
        );
        errors.add(&generics.params, message);
    } else if !generics.params.is_empty() {
        let message = format!(
            "{a_name} cannot have lifetime parameters: arguments are owned, and the context's lifetime is left out"
        );
        errors.add(&generics.params, message);
    } else if let Some(clause) = &generics.where_clause {
        errors.add(
            clause,
            format!("{a_name} cannot have a `where` clause; remove it"),
        );
    }
}

fn arguments(signature: &Signature, skip: usize, errors: &mut Errors) -> Vec<Argument> {
    let mut arguments: Vec<Argument> = Vec::new();
    for (at, input) in signature.inputs.iter().enumerate().skip(skip) {
        let FnArg::Typed(typed) = input else { continue };
        if is_ours(&typed.ty) {
            // Without a context in front, this one has been told to move there.
            if skip > 0 {
                errors.add(typed, "a function has one context; remove this one");
            }
            continue;
        }
        let argument = argument(typed, at, errors);
        if arguments
            .iter()
            .any(|other| other.wire_name == argument.wire_name)
        {
            let message = format!(
                "another argument has the wire name `{}` too; rename one",
                argument.wire_name
            );
            errors.add(&typed.pat, message);
        }
        if at == skip + MOST_ARGUMENTS {
            errors.add(
                typed,
                "a function takes at most 12 arguments; put them into one `#[data]` struct",
            );
        }
        arguments.push(argument);
    }
    arguments
}

fn argument(typed: &PatType, at: usize, errors: &mut Errors) -> Argument {
    owned(&typed.ty, errors);
    if let Some(cfg) = attribute::named(&typed.attrs, "cfg").next() {
        errors.add(
            cfg,
            "an argument cannot come and go with `#[cfg]`; write two functions",
        );
    }
    let name = match &*typed.pat {
        Pat::Ident(PatIdent {
            by_ref: None,
            subpat: None,
            ident,
            ..
        }) => ident.clone(),
        pattern => {
            errors.add(
                pattern,
                "an argument needs a name, which is its name on the wire; take it apart in the body",
            );
            Ident::new(&format!("argument{at}"), pattern.span())
        }
    };
    let wire_name = camel_case(&plain(&name));
    if let Some(problem) = wire_name_problem(&wire_name) {
        errors.add(&name, problem);
    }
    Argument {
        name,
        wire_name,
        ty: (*typed.ty).clone(),
    }
}

/// Arguments come off the wire: they borrow nothing and are one type.
fn owned(ty: &Type, errors: &mut Errors) {
    if let Type::Reference(reference) = ungroup(ty) {
        let owned = match type_name(&reference.elem) {
            Some(name) if name == "str" => "`String`".to_owned(),
            Some(name) => format!("`{name}`"),
            None => "the type without `&`".to_owned(),
        };
        errors.add(
            ty,
            format!("arguments arrive over the wire and are owned: write {owned}"),
        );
        return;
    }
    NotOwned { errors }.visit_type_mut(&mut ty.clone());
}

/// Looks only; of syn's visitors the one that may change things is the one that we have.
struct NotOwned<'a> {
    errors: &'a mut Errors,
}

impl VisitMut for NotOwned<'_> {
    fn visit_type_impl_trait_mut(&mut self, ty: &mut syn::TypeImplTrait) {
        self.errors.add(
            ty,
            "an argument is one type that travels, so it cannot be `impl Trait`: write the type",
        );
    }

    fn visit_type_infer_mut(&mut self, ty: &mut syn::TypeInfer) {
        self.errors.add(ty, "write the type of the argument");
    }

    fn visit_type_reference_mut(&mut self, ty: &mut TypeReference) {
        if ty
            .lifetime
            .as_ref()
            .is_none_or(|lifetime| lifetime.ident != "static")
        {
            self.errors.add(
                &*ty,
                "arguments arrive over the wire and are owned: no references in their types",
            );
        }
        visit_mut::visit_type_reference_mut(self, ty);
    }
}

fn output(signature: &Signature, errors: &mut Errors) -> Option<Type> {
    match &signature.output {
        ReturnType::Type(_, ty) if !matches!(ungroup(ty), Type::ImplTrait(_)) => Some((**ty).clone()),
        ReturnType::Type(_, ty) => {
            errors.add(
                ty,
                "the result travels, so its type must be known: write `Result<T>`",
            );
            None
        }
        ReturnType::Default => {
            errors.add(
                &signature.ident,
                "a function returns `Result<T>`; without a value write `-> Result<()>`",
            );
            None
        }
    }
}

/// Signature types move into a module two levels down, in which the function's own name means its reference.
pub(crate) struct MoveDown<'a> {
    pub(crate) function: &'a Ident,
}

impl VisitMut for MoveDown<'_> {
    fn visit_path_mut(&mut self, path: &mut syn::Path) {
        visit_mut::visit_path_mut(self, path);
        if path.leading_colon.is_none()
            && path
                .segments
                .first()
                .is_some_and(|first| first.ident == *self.function)
        {
            path.segments
                .insert(0, Ident::new("self", self.function.span()).into());
        }
        move_down(path, 2);
    }
}
