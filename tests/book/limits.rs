//! The figures on the page about limits are those of the defaults.

use std::fmt::Debug;

use lunora_core::limits::Limits;
use lunora_runtime::{
    functions::EngineOptions,
    server::{ServerLimits, ServerOptions},
};

use crate::{
    pages::pages,
    support::{
        program,
        server::{command, run},
    },
};

/// Rows of all limits that have a default, as on the page.
fn rows() -> Vec<String> {
    let server: ServerLimits = ServerOptions::default().limits;
    let EngineOptions { calls, live, .. } = EngineOptions::default();
    [
        shown(&Limits::default()),
        shown(&calls),
        shown(&live),
        shown(&server),
    ]
    .concat()
}

#[test]
fn each_limit_can_be_set_by_its_name() {
    for row in rows() {
        let name = row.split('`').nth(1).unwrap();
        let refused = run(command(&program::shop()).args(["serve", "--limit", &format!("{name}=none")]));
        // Not by its name, that is.
        refused.assert_failed(2, &[&format!("{name}: expected a ")]);
    }
}

#[test]
fn the_page_has_each_limit_with_its_default() {
    let page = pages().into_iter().find(|page| page.name == "limits.md").unwrap();
    let all = rows();
    assert!(all.len() > 25, "{all:?}");
    for row in &all {
        assert!(page.text.contains(row), "the page lacks {row}");
    }
    // What bounds jobs are constants, which no options have.
    let sections = page
        .text
        .split("\n## ")
        .filter(|section| !section.starts_with("Jobs"));
    let rows = sections
        .flat_map(str::lines)
        .filter(|line| line.starts_with("| `"));
    assert_eq!(rows.count(), all.len(), "the page has limits that are not there");
}

/// The beginnings of the rows, from the fields as `{:?}` gives them.
fn shown(limits: &impl Debug) -> Vec<String> {
    let text = format!("{limits:?}").replace("socket: SocketLimits {", "");
    let (_, fields) = text.split_once('{').unwrap();
    let fields = fields.split([',', '}']).filter_map(|field| field.split_once(':'));
    let rows = fields.map(|(name, value)| format!("| `{}` | {} |", name.trim(), figure(name, value.trim())));
    rows.collect()
}

fn figure(name: &str, value: &str) -> String {
    match value.strip_suffix('s') {
        Some(seconds) => format!("{seconds} s"),
        None => number(name, value.parse().unwrap()),
    }
}

fn number(name: &str, value: u64) -> String {
    let bytes = name.contains("bytes");
    if bytes && value.is_multiple_of(1 << 20) {
        format!("{} MiB", value >> 20)
    } else if bytes && value.is_multiple_of(1 << 10) {
        format!("{} KiB", value >> 10)
    } else {
        grouped(value)
    }
}

/// `32,000`
fn grouped(value: u64) -> String {
    let digits = value.to_string();
    let parts: Vec<_> = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .map(String::from_utf8_lossy)
        .collect();
    parts.join(",")
}
