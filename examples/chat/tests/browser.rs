//! Two pages in Chromium, side by side; the script is `web/browser.js`. Screenshots are left in `target/chat`. It runs with
//! `LUNORA_BROWSER=1`, and what it needs and does not find is then a failure.

mod web;

use std::path::Path;

use web::{run, web};

const CHROMIUM: &str = "/usr/bin/chromium";

/// The Debian package, which is installed where that is possible.
fn chromium() {
    if !Path::new(CHROMIUM).exists() {
        run(Path::new("/"), "apt-get", ["install", "-y", "chromium"]);
    }
    assert!(
        Path::new(CHROMIUM).exists(),
        "this test needs {CHROMIUM}, of the Debian package `chromium`"
    );
}

#[test]
fn two_pages_side_by_side() {
    if std::env::var_os("LUNORA_BROWSER").is_none() {
        return;
    }
    chromium();
    let screenshots = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/chat");
    let program = env!("CARGO_BIN_EXE_chat").as_ref();
    run(&web(), "node", [Path::new("browser.js"), program, &screenshots]);
}
