//! The files of a deployment: what they start is the shop, and it serves and stops as they want it to.

use std::{fs, path::Path, process::Command};

use tempfile::TempDir;

use crate::{
    pages::root,
    support::{
        program,
        server::{Process, command, run},
    },
};

fn file(name: &str) -> String {
    fs::read_to_string(root().join("docs/shop/deploy").join(name)).unwrap()
}

/// The values of a setting of the unit.
fn settings<'a>(unit: &'a str, name: &str) -> Vec<&'a str> {
    let settings = unit.lines().filter_map(|line| line.split_once('='));
    settings
        .filter(|(other, _)| *other == name)
        .map(|(_, value)| value)
        .collect()
}

/// Runs the shop as a file says, on a free port, data of the test's own, and issuers as they are there; then stops it.
fn assert_serves(args: &[&str], variables: &[(&str, &str)]) {
    let data = TempDir::new().unwrap();
    let mut serve = command(&program::shop());
    serve.args(args);
    for (name, value) in variables {
        match *name {
            "LUNORA_ADDR" => serve.env(name, "127.0.0.1:0"),
            "LUNORA_DATA" => serve.env(name, data.path()),
            name => serve.env(name, value),
        };
    }
    let mut server = Process::start(&mut serve).serving();
    let health = Command::new("curl")
        .args(["--fail", "--silent", &format!("http://{}/health", server.addr())])
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&health.stdout), "ok\n");
    server.process().terminate();
    assert!(server.process().wait().success());
}

#[test]
fn the_unit_starts_and_stops_the_shop() {
    let unit = file("shop.service");
    let (program, args) = settings(&unit, "ExecStart")[0].split_once(' ').unwrap();
    assert!(program.ends_with("/shop"));
    let variables = settings(&unit, "Environment")
        .into_iter()
        .filter_map(|text| text.split_once('='));
    assert_serves(
        &args.split(' ').collect::<Vec<_>>(),
        &variables.collect::<Vec<_>>(),
    );
}

/// `TimeoutStopSec` is longer than the server takes at most.
#[test]
fn the_unit_waits_for_what_runs() {
    let longest = lunora_runtime::server::ServerLimits::default().shutdown_timeout;
    let wait: u64 = settings(&file("shop.service"), "TimeoutStopSec")[0]
        .parse()
        .unwrap();
    assert!(wait > longest.as_secs());
}

/// Where systemd is, it takes the unit without a word.
#[test]
fn systemd_takes_the_unit() {
    let Ok(version) = Command::new("systemd-analyze").arg("--version").output() else {
        return;
    };
    assert!(version.status.success());
    let directory = TempDir::new().unwrap();
    let unit = directory.path().join("shop.service");
    // It looks whether the program is there.
    let program = program::shop();
    fs::write(
        &unit,
        file("shop.service").replace("/usr/local/bin/shop", program.to_str().unwrap()),
    )
    .unwrap();
    let verified = run(Command::new("systemd-analyze")
        .args(["verify", "--man=no"])
        .arg(&unit));
    assert_eq!((verified.code, &*verified.stderr), (Some(0), ""), "{verified:?}");
}

/// What follows the instruction, in the last stage of the file.
fn instruction<'a>(container: &'a str, name: &str) -> &'a str {
    let (_, last) = container.rsplit_once("\nFROM ").unwrap();
    let lines = last.lines().filter_map(|line| line.split_once(' '));
    lines
        .filter(|(other, _)| *other == name)
        .map(|(_, value)| value)
        .next_back()
        .unwrap()
}

#[test]
fn the_container_starts_and_stops_the_shop() {
    let container = file("Containerfile");
    let entry: Vec<String> = serde_json::from_str(instruction(&container, "ENTRYPOINT")).unwrap();
    let args: Vec<String> = serde_json::from_str(instruction(&container, "CMD")).unwrap();
    let variables = instruction(&container, "ENV")
        .split(' ')
        .filter_map(|text| text.split_once('='));
    assert_eq!(entry, ["/usr/local/bin/shop"]);
    let args: Vec<_> = args.iter().map(String::as_str).collect();
    assert_serves(&args, &variables.collect::<Vec<_>>());
}

/// The image is built with the toolchain of this repository, and copies what the build makes.
#[test]
fn the_container_is_built_from_what_is_there() {
    let container = file("Containerfile");
    let toolchain = fs::read_to_string(root().join("rust-toolchain.toml")).unwrap();
    let rust = container
        .split("library/rust:")
        .nth(1)
        .and_then(|tag| tag.split('-').next())
        .unwrap();
    assert!(toolchain.contains(&format!("\"{rust}.")), "{rust}");
    let copied = instruction(&container, "COPY").split(' ').nth(1).unwrap();
    assert_eq!(Path::new(copied).file_name(), program::shop().file_name());
}
