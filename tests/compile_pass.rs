//! Unusual code that must compile, and run without complaint. One peculiarity a file, whose name it is.
//!
//! All of them are programs of one package, so that cargo builds them together and again only what has changed.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

#[test]
fn unusual_but_right_code_compiles_and_runs() {
    let cases = cases();
    assert!(cases.len() >= 25, "only {} cases were found", cases.len());
    let manifest = package(&cases);
    cargo(&manifest, &["build", "--bins", "--keep-going"]);
    // The case denies clippy's lints as well, which nobody else asks for.
    cargo(&manifest, &["clippy", "--bin", "pass_strict_lints"]);
    for case in &cases {
        let program = target().join("debug").join(name(case));
        let status = Command::new(&program).status();
        let status = status.unwrap_or_else(|error| panic!("cannot start {}: {error}", program.display()));
        assert!(status.success(), "{} ends with {status}", case.display());
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn cases() -> Vec<PathBuf> {
    let files = |directory: PathBuf| fs::read_dir(directory).into_iter().flatten().flatten();
    let mut cases: Vec<_> = files(root().join("tests/ui"))
        .flat_map(|room| files(room.path().join("pass")))
        .map(|case| case.path())
        .collect();
    cases.sort();
    cases
}

/// The file's name, told apart from the programs of the workspace.
fn name(case: &Path) -> String {
    let stem = case.file_stem().expect("a case is a file");
    format!("pass_{}", stem.to_string_lossy())
}

/// Writes the package, and returns the path of its manifest.
fn package(cases: &[PathBuf]) -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pass");
    fs::create_dir_all(&directory).expect("a directory for the package");
    fs::copy(root().join("Cargo.lock"), directory.join("Cargo.lock")).expect("our lock file");
    let root = root().display();
    let mut manifest = format!(
        "[package]\nname = \"pass\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
         [dependencies]\nlunora = {{ path = \"{root}\" }}\nlunora-ui-app = {{ path = \"{root}/tests/ui-app\" }}\n\
         serde_json = \"1\"\n\n[profile.dev.package.redb]\nopt-level = 1\n"
    );
    for case in cases {
        manifest.push_str(&format!(
            "\n[[bin]]\nname = \"{}\"\npath = \"{}\"\n",
            name(case),
            case.display()
        ));
    }
    let path = directory.join("Cargo.toml");
    // Only when it is another one: cargo builds anew what is younger than what it has built.
    if fs::read_to_string(&path).ok().as_ref() != Some(&manifest) {
        fs::write(&path, manifest).expect("the manifest");
    }
    path
}

fn cargo(manifest: &Path, command: &[&str]) {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let done = Command::new(cargo)
        .args(command)
        .args(["--quiet", "--offline", "--manifest-path"])
        .arg(manifest)
        .arg("--target-dir")
        .arg(target())
        .status();
    assert!(
        done.is_ok_and(|status| status.success()),
        "the cases above do not pass `cargo {}`",
        command.join(" ")
    );
}

/// The dependencies in it serve here as well.
fn target() -> PathBuf {
    let temporary = Path::new(env!("CARGO_TARGET_TMPDIR"));
    temporary.parent().unwrap_or(temporary).to_owned()
}
