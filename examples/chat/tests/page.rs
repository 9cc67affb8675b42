//! The page that is committed is the one that its sources make. Needs Node with npm.

use std::{
    collections::BTreeMap,
    ffi::OsStr,
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use chat::page;

/// Where the page is made, with what its lock file says.
fn web() -> PathBuf {
    let web = Path::new(env!("CARGO_MANIFEST_DIR")).join("web");
    let locked = web.join("package-lock.json");
    // Tests may run as several processes; the file that says what to install also says who does it.
    let turn = File::open(&locked).unwrap();
    turn.lock().unwrap();
    let (wanted, stamp) = (fs::read(&locked).unwrap(), web.join("node_modules/.lunora"));
    if fs::read(&stamp).ok().as_ref() != Some(&wanted) {
        run(&web, "npm", ["ci", "--no-audit", "--no-fund"]);
        fs::write(stamp, wanted).unwrap();
    }
    web
}

fn run<A: AsRef<OsStr>>(directory: &Path, program: impl AsRef<OsStr>, args: impl IntoIterator<Item = A>) {
    let mut command = Command::new(program);
    command.args(args).current_dir(directory).stdin(Stdio::null());
    let output = command.output().unwrap_or_else(|error| {
        panic!("{command:?} does not start ({error}). This test needs Node 20.19, 22.12 or newer with npm")
    });
    assert!(
        output.status.success(),
        "{command:?}\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

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
