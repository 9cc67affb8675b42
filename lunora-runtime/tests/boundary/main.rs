//! The boundary: whoever has no admin key cannot tell an internal function from one that does not exist.

#[path = "../support/mod.rs"]
mod support;

mod attack;

use lunora_core::reference::Kind;
use lunora_runtime::{codegen, functions::Asset};

use crate::support::{
    Running,
    app::{APP, APP_ON_THE_WEB},
    hooks, options, serve, serve_app,
};

/// A file of the application has the address that a function's name makes.
const ASSETS: &[Asset] = &[
    Asset::new("/index.html", b"<!doctype html>"),
    Asset::new("/values/echo", b"a file"),
];

fn serve_with_files() -> Running {
    serve_app(APP_ON_THE_WEB.assets(ASSETS), options())
}

attack::tests!(serve_with_files());

#[test]
fn there_is_an_internal_function_of_each_kind() {
    let names = attack::internal_functions(&serve(options()));
    for kind in [Kind::Query, Kind::Mutation, Kind::Action] {
        assert!(names.iter().any(|name| name.kind == kind), "{kind:?}");
    }
}

/// A hook is nobody's to run, an administrator's neither; and no list has it.
#[test]
fn an_admin_key_runs_no_hook() {
    let running = serve_with_files();
    for (module, name, args) in hooks::NAMES {
        let path = format!("{module}:{name}");
        let body = format!(r#"{{"path":"{path}","args":{args}}}"#);
        let reply = running.post_with("/api/function", &running.as_admin(), body);
        let expected = format!("Could not find function for '{path}'.");
        assert!(reply.text().contains(&expected), "{reply:?}");
        assert!(running.functions.iter().all(|function| function.path != path));
    }
}

/// Code for clients is an answer like any other, and goes further.
#[test]
fn generated_files_have_no_internal_function() {
    let (running, public) = (serve(options()), "echo");
    for file in [codegen::typescript(&APP), codegen::rust(&APP)].concat() {
        for function in &running.functions {
            let (module, name) = function.path.rsplit_once(':').unwrap();
            let mentioned = file.text.contains(&format!("{name}: "))
                || file.text.contains(&format!("\"{module}\" \"{name}\""));
            if function.visibility == "internal" {
                assert!(!file.text.contains(name), "{} has {}", file.name, function.path);
            } else if name == public && file.name != "api.js" {
                assert!(mentioned, "{} lacks {}", file.name, function.path);
            }
        }
    }
}
