//! What an editor shows, asked of a real rust-analyzer, in files that were never saved.
//!
//! A long mode: `LUNORA_EDITOR=1 cargo test -p lunora --test editor`; CONTRIBUTING.md says what it needs.

mod project;
mod server;

use std::collections::BTreeSet;

use serde_json::{Value, json};

use self::{project::Project, server::Server};

#[test]
fn references_complete_resolve_and_show_their_arguments() {
    if std::env::var_os("LUNORA_EDITOR").is_none() {
        println!("not asked for: LUNORA_EDITOR is not set");
        return;
    }
    let project = Project::create();
    let mut server = Server::start(&project);
    completion_offers_each_side_its_own(&project, &mut server);
    definitions_are_the_users_functions(&project, &mut server);
    signatures_name_the_arguments(&project, &mut server);
    entries_of_the_list_lead_to_the_items(&project, &mut server);
}

fn completion_offers_each_side_its_own(project: &Project, server: &mut Server) {
    for (path, names) in [
        ("api::messages::", ["import", "list", "send"]),
        ("internal::messages::", ["count", "purge", "sync"]),
    ] {
        for (before, after) in [("fn probe() { ", "; }"), ("type Probe = ", ";")] {
            let (text, position) = project.root_with(before, path, after);
            server.open(&project.root(), &text);
            let found = completed(&server.ask("textDocument/completion", &position));
            let wanted = BTreeSet::from(names.map(str::to_owned));
            assert_eq!(found, wanted, "completion after `{before}{path}`");
        }
    }
}

/// The names that a completion offers: a reference is offered as a type and as a function.
fn completed(answer: &Value) -> BTreeSet<String> {
    let items = answer.get("items").unwrap_or(answer).as_array();
    let items = items.unwrap_or_else(|| panic!("no list of completions: {answer}"));
    let name = |item: &Value| {
        let label = item["label"].as_str().unwrap_or_default();
        label.split('(').next().unwrap_or_default().to_owned()
    };
    // Snippets and keywords (`if`, `match`) are offered everywhere.
    let reference = |item: &&Value| matches!(item["kind"].as_u64(), Some(FUNCTION | STRUCT | MODULE));
    items.iter().filter(reference).map(name).collect()
}

/// Kinds of completions in the protocol.
const FUNCTION: u64 = 3;
const MODULE: u64 = 9;
const STRUCT: u64 = 22;

fn definitions_are_the_users_functions(project: &Project, server: &mut Server) {
    for (path, name) in [
        ("api::messages::list", "list"),
        ("internal::messages::purge", "purge"),
    ] {
        for (before, after) in [("fn probe() { let _ = ", "(); }"), ("type Probe = ", ";")] {
            let (text, position) = project.root_with(before, path, after);
            server.open(&project.root(), &text);
            let found = places(&server.ask("textDocument/definition", &position));
            let wanted = vec![project.place_of_function(name)];
            assert_eq!(found, wanted, "definition of `{path}` in `{before}{path}{after}`");
        }
    }
}

/// File and line of each target.
fn places(answer: &Value) -> Vec<(String, u64)> {
    let targets = answer.as_array().cloned().unwrap_or_default();
    let place = |target: &Value| {
        let uri = target.get("targetUri").or(target.get("uri"));
        let range = target.get("targetSelectionRange").or(target.get("range"));
        let line = range.and_then(|range| range["start"]["line"].as_u64());
        (
            uri.and_then(Value::as_str).unwrap_or_default().to_owned(),
            line.unwrap_or_default(),
        )
    };
    targets.iter().map(place).collect()
}

fn signatures_name_the_arguments(project: &Project, server: &mut Server) {
    for (call, arguments) in [
        ("api::messages::send(", &["channel", "body"][..]),
        ("internal::messages::purge(", &["at_most"]),
    ] {
        let (text, position) = project.root_with("fn probe() { let _ = ", call, "); }");
        server.open(&project.root(), &text);
        let help = server.ask("textDocument/signatureHelp", &position);
        assert_eq!(
            parameters(&help),
            arguments,
            "signature help in `{call})`: {help}"
        );
    }
}

/// The names in a signature. Their types are there as well if the toolchain has the sources of std.
fn parameters(help: &Value) -> Vec<String> {
    let parameters = help["signatures"][0]["parameters"].as_array();
    let name = |parameter: &Value| {
        let label = parameter["label"].as_str().unwrap_or_default();
        label.split(':').next().unwrap_or_default().to_owned()
    };
    parameters.into_iter().flatten().map(name).collect()
}

fn entries_of_the_list_lead_to_the_items(project: &Project, server: &mut Server) {
    let (text, _) = project.root_with("", "", "");
    server.open(&project.root(), &text);
    let position = project.position_in_root(&text, "list, send");
    let found = places(&server.ask("textDocument/definition", &json!(position)));
    let wanted = project.place_of_function("list");
    assert!(
        found.contains(&wanted),
        "definition of an entry of the list: {found:?}"
    );
    // The attribute, which made what the entry names, is a target as well; nothing else of ours is.
    let ours = found
        .iter()
        .filter(|(file, _)| !file.starts_with(&project.directory()));
    let attribute = |(file, _): &(String, u64)| file.ends_with("/lunora-macros/src/lib.rs");
    assert!(
        ours.clone().all(attribute),
        "definition of an entry of the list: {found:?}"
    );
}
