//! What must not compile, with what the compiler says.
//!
//! One mistake a file, whose name is the mistake. `TRYBUILD=overwrite cargo test --test compile_fail` writes the texts
//! anew; read each as somebody who sees it for the first time.

use std::{
    fs,
    path::{Path, PathBuf},
};

#[test]
fn mistakes_are_refused_and_explained() {
    trybuild::TestCases::new().compile_fail("tests/ui/*/fail/*.rs");
}

/// A second error that only follows from the first hides it.
#[test]
fn one_mistake_is_one_error() {
    for file in files(Path::new("tests/ui"), "stderr") {
        let errors = text(&file)
            .lines()
            .filter(|line| line.starts_with("error"))
            .count();
        assert_eq!(errors, 1, "errors in {}", file.display());
    }
}

/// What the compiler says is read where it is pinned, so a text without a case has been read by nobody.
#[test]
fn every_trait_that_explains_itself_has_a_case() {
    let messages: Vec<_> = ["lunora-core/src", "lunora-runtime/src", "src"]
        .into_iter()
        .flat_map(|room| files(Path::new(room), "rs"))
        .flat_map(|file| messages(&text(&file)))
        .collect();
    let errors: Vec<_> = files(Path::new("tests/ui"), "stderr")
        .iter()
        .map(|file| text(file))
        .flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>())
        .filter(|line| line.starts_with("error"))
        .collect();
    assert!(messages.len() > 20, "only {messages:?} were found");
    let unread: Vec<_> = messages
        .iter()
        .filter(|message| !errors.iter().any(|error| says(error, message)))
        .collect();
    assert!(unread.is_empty(), "no case in tests/ui shows {unread:#?}");
}

/// The messages of `#[diagnostic::on_unimplemented(..)]` in a source file.
fn messages(source: &str) -> Vec<String> {
    let attributes = source.split("#[diagnostic::on_unimplemented(").skip(1);
    let message = |attribute: &str| {
        let (_, message) = attribute.split_once("message = \"")?;
        Some(message.split_once('"')?.0.to_owned())
    };
    attributes.filter_map(message).collect()
}

/// Whether `error` is `message` with something in the place of its `{..}`.
fn says(error: &str, message: &str) -> bool {
    let mut rest = error;
    message
        .split('{')
        .map(|part| part.split_once('}').map_or(part, |(_, text)| text))
        .all(|text| match rest.split_once(text) {
            Some((_, after)) => {
                rest = after;
                true
            }
            None => false,
        })
}

fn text(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_else(|error| panic!("cannot read {}: {error}", file.display()))
}

/// All files with this extension below a directory.
fn files(directory: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    entries
        .map(|entry| entry.expect("an entry of the directory").path())
        .flat_map(|path| {
            if path.is_dir() {
                files(&path, extension)
            } else {
                vec![path]
            }
        })
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect()
}
