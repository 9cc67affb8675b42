//! The clients of the book, with the official packages.

use std::{fs, path::Path, process::Command};

use lunora::codegen;
use tempfile::TempDir;

use crate::{
    pages::root,
    support::{
        npm, program, python,
        server::{Process, Server, command, run},
    },
};

/// A directory with copies of these files, from which the npm packages can be imported.
fn project(files: &[&str]) -> TempDir {
    let project = TempDir::with_prefix_in("book-", env!("CARGO_TARGET_TMPDIR")).unwrap();
    let modules = npm::directory().join("node_modules");
    std::os::unix::fs::symlink(modules, project.path().join("node_modules")).unwrap();
    for file in files {
        let name = Path::new(file).file_name().unwrap();
        fs::copy(root().join(file), project.path().join(name)).unwrap();
    }
    project
}

#[test]
fn the_first_client_sees_each_new_result() {
    let project = project(&["docs/guestbook/watch.mjs"]);
    let data = TempDir::new().unwrap();
    let server = Server::start(&program::guestbook(), data.path());
    let mut node = Command::new("node");
    node.arg(project.path().join("watch.mjs"))
        .arg(format!("http://{}", server.addr()));
    let watching = Process::start(&mut node);
    assert_eq!(watching.line(), "[]");
    let args = r#"{"name":"Ada","text":"hello"}"#;
    let mut sign = command(&program::guestbook());
    run(sign
        .args(["run", "entries:sign", args, "--data"])
        .arg(data.path()))
    .unwrap();
    assert_eq!(watching.line(), "[ 'Ada: hello' ]");
}

/// The shop with three mugs.
fn shop(data: &Path) -> Server {
    let server = Server::start(&program::shop(), data);
    for (function, args) in [
        (
            "products:add",
            r#"{"sku":"mug","category":"kitchen","price":900}"#,
        ),
        ("products:restock", r#"{"sku":"mug","count":3}"#),
    ] {
        let mut fill = command(&program::shop());
        run(fill.args(["run", function, args, "--data"]).arg(data)).unwrap();
    }
    server
}

#[test]
fn the_python_client_reads_and_is_refused() {
    let data = TempDir::new().unwrap();
    let server = shop(data.path());
    let mut shelf = Command::new(python::interpreter());
    shelf
        .arg(root().join("docs/shop/clients/shelf.py"))
        .arg(format!("http://{}", server.addr()));
    assert_eq!(
        python::run(&mut shelf).unwrap(),
        "['mug: 3 left']\nunauthenticated\n"
    );
}

#[test]
fn the_components_compile_with_the_generated_types() {
    let project = project(&[
        "docs/shop/web/Shelf.tsx",
        "docs/shop/web/Shop.tsx",
        "docs/shop/web/tsconfig.json",
    ]);
    fs::create_dir(project.path().join("lunora")).unwrap();
    for file in codegen::typescript(&shop::app()) {
        fs::write(project.path().join("lunora").join(file.name), file.text).unwrap();
    }
    let checked = npm::run(npm::program("tsc").arg("--project").arg(project.path()));
    assert_eq!(checked.code, Some(0), "{}", checked.stdout);
}
