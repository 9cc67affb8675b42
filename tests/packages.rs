//! What users get with the packages: versions that fit, and no more dependencies than are meant.

use std::{env, process::Command};

use expect_test::expect_file;
use serde_json::Value;

fn cargo(args: &[&str]) -> String {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(args)
        .args(["--locked", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo starts");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("cargo writes UTF-8")
}

/// Expansions of the macros call into `lunora::__private`, which `lunora-core` and `lunora-runtime` fill. A user must
/// never get two of them from different releases.
#[test]
fn our_packages_need_each_other_in_exactly_their_own_version() {
    let metadata: Value = serde_json::from_str(&cargo(&["metadata", "--format-version=1", "--no-deps"]))
        .expect("metadata is JSON");
    let published = [
        "lunora",
        "lunora-client",
        "lunora-core",
        "lunora-macros",
        "lunora-runtime",
    ];
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let packages: Vec<_> = packages
        .filter(|package| published.iter().any(|name| package["name"] == *name))
        .collect();
    let mut pinned = 0;
    for package in &packages {
        assert_eq!(
            package["version"],
            env!("CARGO_PKG_VERSION"),
            "version of {}",
            package["name"]
        );
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let ours = published.iter().any(|name| dependency["name"] == *name);
            // Dependencies of tests are not published.
            if ours && dependency["kind"].is_null() {
                let exact = format!("={}", env!("CARGO_PKG_VERSION"));
                assert_eq!(
                    dependency["req"], exact,
                    "{} needs {}",
                    package["name"], dependency["name"]
                );
                pinned += 1;
            }
        }
    }
    assert_eq!(
        (packages.len(), pinned),
        (5, 6),
        "packages, and dependencies among them"
    );
}

/// Every crate here is built by everybody who uses us. `UPDATE_EXPECT=1` writes the lists anew; a line more needs a
/// reason, in ARCHITECTURE.md if it is an unusual one.
#[test]
fn the_tree_of_dependencies_is_the_one_that_is_meant() {
    expect_file!["packages/default.txt"].assert_eq(&tree("lunora", &[]));
    expect_file!["packages/no-default-features.txt"].assert_eq(&tree("lunora", &["--no-default-features"]));
}

/// A client is often a small program.
#[test]
fn the_client_has_no_server_in_its_tree() {
    for (features, file) in [
        (&[] as &[&str], expect_file!["packages/client.txt"]),
        (
            &["--no-default-features"],
            expect_file!["packages/client-no-default-features.txt"],
        ),
    ] {
        let tree = tree("lunora-client", features);
        for server in ["lunora", "lunora-runtime", "axum-core", "hyper", "redb", "clap"] {
            assert!(tree.lines().all(|name| name != server), "{server} is in {tree}");
        }
        file.assert_eq(&tree);
    }
}

/// Names of the crates that a user builds on Linux, without their versions, which `cargo update` changes.
fn tree(package: &str, features: &[&str]) -> String {
    let package = format!("--package={package}");
    let args = [
        "tree",
        &package,
        "--edges=normal",
        "--prefix=none",
        "--format={p}",
        "--target=x86_64-unknown-linux-gnu",
    ];
    let lines = cargo(&[&args, features].concat());
    let mut names: Vec<_> = lines.lines().filter_map(|line| line.split(' ').next()).collect();
    names.sort_unstable();
    names.dedup();
    format!("{} crates\n\n{}\n", names.len(), names.join("\n"))
}
