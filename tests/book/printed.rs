//! Blocks of code stand in files that are compiled, run or compared, letter by letter.

use std::{fs, path::PathBuf};

use crate::pages::{Block, Page, pages, root};

/// The applications of the book, of whose files its blocks are parts.
const APPLICATIONS: [&str; 2] = ["docs/guestbook", "docs/shop"];

/// How a language begins a comment; the first line of a block is one, with the name of its file.
fn comment(language: &str) -> Option<&'static str> {
    match language {
        "rust" | "tsx" | "js" => Some("// "),
        "python" | "ini" | "dockerfile" => Some("# "),
        _ => None,
    }
}

#[test]
fn every_block_is_one_that_is_tested() {
    for page in pages() {
        for block in page.blocks() {
            let place = format!("{}:{}", page.name, block.line);
            match block.language {
                // Typed into a shell by `commands`; what goes on until it is stopped; settings of other programs.
                "console" | "sh" | "toml" => {}
                "text" => assert_is_said_by_the_compiler(&block, &place),
                language => match comment(language) {
                    Some(comment) => assert_stands_in_its_file(&block, comment, &place),
                    None => panic!("{place}: nothing tests a block of {language:?}"),
                },
            }
        }
    }
}

/// Each paragraph of the block stands in its file, in the order of the block.
fn assert_stands_in_its_file(block: &Block<'_>, comment: &str, place: &str) {
    let (name, text) = block.text.split_once('\n').unwrap_or_default();
    let name = name.strip_prefix(comment);
    let name =
        name.unwrap_or_else(|| panic!("{place}: the first line is a comment with the name of the file"));
    let files: Vec<_> = APPLICATIONS
        .iter()
        .filter_map(|application| fs::read_to_string(root().join(application).join(name)).ok())
        .collect();
    assert!(!files.is_empty(), "{place}: there is no {name}");
    assert!(
        files.iter().any(|file| paragraphs_stand_in(text, file)),
        "{place}: this is not what stands in {name}:\n{text}"
    );
}

fn paragraphs_stand_in(text: &str, file: &str) -> bool {
    let file = format!("\n{file}");
    let mut rest = file.as_str();
    text.trim_matches('\n').split("\n\n").all(|paragraph| {
        let lines = format!("\n{}\n", paragraph.trim_matches('\n'));
        let found = rest.find(&lines);
        if let Some(at) = found {
            rest = &rest[at + lines.len() - 1..];
        }
        found.is_some()
    })
}

/// The lines stand in the `.stderr` file of the case that the message names; lines may be left out.
fn assert_is_said_by_the_compiler(block: &Block<'_>, place: &str) {
    for message in messages(&block.text) {
        let case = message
            .lines()
            .find_map(|line| line.trim_start().strip_prefix("--> "));
        let case = case.and_then(|case| case.split(':').next());
        let case = case.unwrap_or_else(|| panic!("{place}: which case of tests/ui is this?\n{message}"));
        let said = fs::read_to_string(root().join(PathBuf::from(case).with_extension("stderr")));
        let said = said.unwrap_or_else(|error| panic!("{place}: {case}: {error}"));
        let mut lines = said.lines();
        for line in message.lines().filter(|line| !line.trim().is_empty()) {
            assert!(
                lines.any(|said| said.trim_end() == line.trim_end()),
                "{place}: {case} does not say\n{line}"
            );
        }
    }
}

/// The parts of the text that begin with `error`.
fn messages(text: &str) -> Vec<String> {
    let mut messages: Vec<String> = Vec::new();
    for line in text.lines() {
        match messages.last_mut() {
            Some(message) if !line.starts_with("error") => *message += &["\n", line].concat(),
            _ => messages.push(line.to_owned()),
        }
    }
    messages
}

#[test]
fn a_block_that_differs_is_found() {
    let page = |text: &str| Page {
        name: "a.md".to_owned(),
        text: text.to_owned(),
    };
    let file = "one\n\ntwo\nthree\n\nfour\n";
    assert!(paragraphs_stand_in("one\n\nfour\n", file));
    assert!(!paragraphs_stand_in("four\n\none\n", file), "in their order");
    assert!(!paragraphs_stand_in("two\n\nthre\n", file), "whole lines");
    let page = page("text\n```rust\nfn main() {}\n```\n");
    let blocks = page.blocks();
    assert_eq!(
        (blocks[0].language, &*blocks[0].text, blocks[0].line),
        ("rust", "fn main() {}\n", 2)
    );
}
