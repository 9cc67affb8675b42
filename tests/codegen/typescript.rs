//! TypeScript, with the real compiler and the official client.

use std::{
    fs,
    path::{Path, PathBuf},
};

use lunora::codegen;
use tempfile::TempDir;

use crate::{
    app,
    support::{
        npm, program,
        server::{Server, command, run},
    },
};

/// A directory from which the packages under test can be imported, with `lunora/api.js` and its types.
fn project() -> TempDir {
    let project = TempDir::with_prefix_in("typescript-", env!("CARGO_TARGET_TMPDIR")).unwrap();
    let modules = npm::directory().join("node_modules");
    std::os::unix::fs::symlink(modules, project.path().join("node_modules")).unwrap();
    fs::create_dir(project.path().join("lunora")).unwrap();
    fs::write(project.path().join("package.json"), r#"{"type": "module"}"#).unwrap();
    project
}

fn source(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/codegen/typescript")
        .join(name)
}

/// Every line that must not compile has `@ts-expect-error` above it, which is an error itself where there is none.
#[test]
fn the_compiler_takes_what_is_right_and_refuses_what_is_wrong() {
    let project = project();
    for file in codegen::typescript(&app()) {
        fs::write(project.path().join("lunora").join(file.name), file.text).unwrap();
    }
    for name in ["accepted.tsx", "refused.tsx", "tsconfig.json"] {
        fs::copy(source(name), project.path().join(name)).unwrap();
    }
    let checked = npm::run(npm::program("tsc").arg("--project").arg(project.path()));
    assert_eq!(checked.code, Some(0), "{}", checked.stdout);
}

#[test]
fn the_generated_text_is_the_one_that_is_meant() {
    let files = codegen::typescript(&app());
    let names: Vec<_> = files.iter().map(|file| file.name).collect();
    assert_eq!(names, ["api.d.ts", "api.js"]);
    expect_test::expect_file![source("api.d.ts")].assert_eq(&files[0].text);
}

#[test]
fn check_says_which_files_are_not_up_to_date() {
    let directory = TempDir::new().unwrap();
    let out = directory.path().join("generated");
    let codegen = |arguments: &[&str]| {
        let mut codegen = command(&program::fixture());
        run(codegen
            .args(["codegen", "typescript", "--out"])
            .arg(&out)
            .args(arguments))
    };
    codegen(&["--check"]).assert_failed(1, &["api.d.ts", "api.js"]);
    assert!(!out.exists(), "a check writes nothing");
    codegen(&[]).unwrap();
    codegen(&["--check"]).unwrap();
    let types = out.join("api.d.ts");
    let written = fs::metadata(&types).unwrap().modified().unwrap();
    assert!(codegen(&[]).unwrap().contains("up to date"));
    assert_eq!(
        fs::metadata(&types).unwrap().modified().unwrap(),
        written,
        "a file that is right is left alone"
    );
    fs::write(&types, "export {};").unwrap();
    let stale = codegen(&["--check"]);
    stale.assert_failed(1, &["api.d.ts"]);
    assert!(!stale.stderr.contains("api.js"), "{stale:?}");
    assert_eq!(fs::read_to_string(&types).unwrap(), "export {};");
}

#[test]
fn the_official_client_calls_by_the_generated_references() {
    let project = project();
    let out = project.path().join("lunora");
    run(command(&program::fixture())
        .args(["codegen", "typescript", "--out"])
        .arg(&out))
    .unwrap();
    let data = TempDir::new().unwrap();
    let server = Server::start(&program::fixture(), data.path());
    let script = project.path().join("calls.js");
    fs::copy(source("calls.js"), &script).unwrap();
    let calls = npm::run(npm::node().arg(script).arg(format!("http://{}", server.addr())));
    assert_eq!(calls.unwrap(), "hello\n");
}
