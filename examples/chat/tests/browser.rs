//! Two pages in Chromium, side by side; the script is `web/browser.js`. Screenshots are left in `target/chat`.

mod web;

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use web::{run, web};

/// Where the Debian package has it.
const CHROMIUM: &str = "/usr/bin/chromium";

/// The browser: what `LUNORA_CHROMIUM` names, or the Debian package, which is installed where that is possible.
fn chromium() -> PathBuf {
    let chromium = env::var_os("LUNORA_CHROMIUM").map_or_else(|| PathBuf::from(CHROMIUM), PathBuf::from);
    if chromium == Path::new(CHROMIUM) && !chromium.exists() {
        for args in [
            &["update"][..],
            &[
                "install",
                "-y",
                "--no-install-recommends",
                "chromium",
                "fonts-dejavu-core",
            ],
        ] {
            // Whether it has come to anything is looked at below.
            let _ = Command::new("apt-get").args(args).status();
        }
    }
    assert!(
        chromium.exists(),
        "this test drives a browser, and {} is not there. Install the Debian package `chromium` (`apt-get install chromium`, \
         which this test tries and only root can do), or set LUNORA_CHROMIUM to the program of a Chromium or Chrome",
        chromium.display()
    );
    chromium
}

#[test]
fn two_pages_side_by_side() {
    let chromium = chromium();
    let screenshots = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/chat");
    let program = env!("CARGO_BIN_EXE_chat").as_ref();
    run(
        &web(),
        "node",
        [Path::new("browser.js"), program, &chromium, &screenshots],
    );
}
