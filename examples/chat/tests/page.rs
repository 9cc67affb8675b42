//! The page that is committed is the one that its sources make. Needs Node with npm.

mod web;

use std::{collections::BTreeMap, ffi::OsStr, fs, path::Path};

use chat::page;
use web::{run, web};

fn files(directory: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(directory).unwrap().map(Result::unwrap);
    let file = |entry: fs::DirEntry| {
        (
            entry.file_name().into_string().unwrap(),
            fs::read(entry.path()).unwrap(),
        )
    };
    entries.map(file).collect()
}

#[test]
fn the_page_is_what_its_sources_make() {
    let web = web();
    let programs = web.join("node_modules/.bin");
    run(&web, programs.join("tsc"), ["--noEmit"]);
    let built = tempfile::tempdir().unwrap();
    let out = built.path().to_str().unwrap();
    run(
        &web,
        programs.join("vite"),
        ["build", "--outDir", out, "--emptyOutDir"],
    );
    let (built, committed) = (files(built.path()), files(&web.with_file_name("dist")));
    assert!(built.keys().eq(committed.keys()), "{:?}", built.keys());
    for (name, bytes) in &built {
        assert!(
            committed[name] == *bytes,
            "dist/{name} is old: `npm run build` in examples/chat/web"
        );
    }
}

#[test]
fn the_types_of_the_page_are_those_of_the_functions() {
    let out = Path::new(env!("CARGO_MANIFEST_DIR")).join("web/src/lunora");
    let args = ["codegen", "typescript", "--check", "--out"].map(OsStr::new);
    run(
        Path::new("."),
        env!("CARGO_BIN_EXE_chat"),
        args.into_iter().chain([out.as_os_str()]),
    );
}

#[test]
fn every_file_of_the_page_is_served() {
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("dist");
    let served = page::ASSETS
        .iter()
        .map(|asset| (asset.path()[1..].to_owned(), asset.bytes().to_vec()));
    assert!(
        files(&dist) == served.collect(),
        "src/page.rs lists the files of dist"
    );
}
