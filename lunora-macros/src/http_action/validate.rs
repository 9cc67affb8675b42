//! Every rule that an HTTP action must keep, each with its own sentence. Nothing here quotes.

use syn::{FnArg, Ident, ReturnType, Signature, Type, visit_mut::VisitMut};

use super::{
    model::{Action, Options},
    path,
};
use crate::{
    attribute::{self, ungroup},
    errors::Errors,
    function::{
        context::context,
        model::{Parsed, Subject},
        validate::{MoveDown, one_kind, plain_async_fn},
    },
};

const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
const SUBJECT: Subject = Subject::HttpAction;

/// Checks everything; the action is good only if there are no mistakes in `errors`.
pub(super) fn action(parsed: &Parsed, options: &Options, errors: &mut Errors) -> Option<Action> {
    let signature = &parsed.signature;
    one_kind(parsed, errors);
    plain_async_fn(signature, SUBJECT, errors);
    let context = context(signature, SUBJECT, errors);
    let request = request(signature, usize::from(context), errors);
    let output = output(signature, errors);
    let (method, path) = route(options, errors)?;
    let (mut request, mut output) = (request?, output?);
    let mut down = MoveDown {
        function: &signature.ident,
    };
    down.visit_type_mut(&mut request);
    down.visit_type_mut(&mut output);
    Some(Action {
        krate: options.krate.deeper(2),
        name: signature.ident.clone(),
        cfgs: attribute::cfgs(&parsed.attributes),
        method,
        path,
        request,
        output,
    })
}

fn route(options: &Options, errors: &mut Errors) -> Option<(String, String)> {
    let (method, path) = (options.method.as_ref()?, options.path.as_ref()?);
    if let Some(problem) = method_problem(method) {
        errors.add(method, problem);
    }
    if let Some(problem) = path::problem(&path.value()) {
        errors.add(path, problem);
    }
    Some((method.to_string(), path.value()))
}

fn method_problem(method: &Ident) -> Option<String> {
    let name = method.to_string();
    if METHODS.contains(&name.as_str()) {
        return None;
    }
    let capitals = name.to_uppercase();
    Some(if METHODS.contains(&capitals.as_str()) {
        format!("methods are written in capitals: `{capitals}`")
    } else {
        format!("`{name}` is no method; there are {}", METHODS.join(", "))
    })
}

/// The type of the one parameter after the context.
fn request(signature: &Signature, skip: usize, errors: &mut Errors) -> Option<Type> {
    let mut inputs = signature.inputs.iter().skip(skip);
    let Some(FnArg::Typed(request)) = inputs.next() else {
        // Without a context in front, that has been said.
        if skip > 0 {
            let message = format!(
                "an HTTP action takes the request after its context: `{}`",
                SUBJECT.signature()
            );
            errors.add(&signature.inputs, message);
        }
        return None;
    };
    if let Some(more) = inputs.next() {
        errors.add(
            more,
            "an HTTP action takes the request and nothing else; what is in it is asked of it, with \
             `request.path::<T>()?`, `request.query::<T>()?` or `request.json::<T>().await?`",
        );
    }
    if let Type::Reference(_) = ungroup(&request.ty) {
        errors.add(
            &request.ty,
            "the request is handed over, not lent: write `Request`",
        );
    }
    Some((*request.ty).clone())
}

fn output(signature: &Signature, errors: &mut Errors) -> Option<Type> {
    match &signature.output {
        ReturnType::Type(_, ty) if !matches!(ungroup(ty), Type::ImplTrait(_)) => Some((**ty).clone()),
        ReturnType::Type(_, ty) => {
            errors.add(ty, "an HTTP action returns one type: write `Result<Response>`");
            None
        }
        ReturnType::Default => {
            errors.add(&signature.ident, "an HTTP action returns `Result<Response>`");
            None
        }
    }
}
