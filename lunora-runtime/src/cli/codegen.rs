//! `codegen`: references and types for clients.

use std::{fs, io, path::Path};

use super::{
    Failure,
    args::{Codegen, Language},
    output::print,
};
use crate::{
    codegen::{GeneratedFile, rust, typescript},
    functions::App,
};

pub(super) fn codegen(app: &App, options: &Codegen) -> Result<(), Failure> {
    let files = match options.language {
        Language::TypeScript => typescript(app),
        Language::Rust => rust(app),
    };
    if options.check {
        return check(&files, &options.out);
    }
    let mut report = String::new();
    for file in write(&files, &options.out)? {
        report += &format!("wrote {}\n", options.out.join(file).display());
    }
    if report.is_empty() {
        report += "everything was up to date\n";
    }
    print(report)
}

/// Writes those of `files` that are not in `out` as they are, and names them. The others keep their time, so that nobody
/// who watches the directory wakes up for nothing.
fn write(files: &[GeneratedFile], out: &Path) -> Result<Vec<&'static str>, Failure> {
    let failed = |path: &Path, error: io::Error| {
        Failure::unusable(format!("{} cannot be written: {error}", path.display()))
    };
    fs::create_dir_all(out).map_err(|error| failed(out, error))?;
    let mut written = Vec::new();
    for file in changed(files, out)? {
        let path = out.join(file.name);
        fs::write(&path, &file.text).map_err(|error| failed(&path, error))?;
        written.push(file.name);
    }
    Ok(written)
}

fn check(files: &[GeneratedFile], out: &Path) -> Result<(), Failure> {
    let stale: Vec<_> = changed(files, out)?
        .iter()
        .map(|file| out.join(file.name).display().to_string())
        .collect();
    if stale.is_empty() {
        return Ok(());
    }
    Err(Failure::failed(format!(
        "not up to date: {}. Run the same command without --check",
        stale.join(", ")
    )))
}

/// Those of `files` that are not in `out`, or are different there.
fn changed<'f>(files: &'f [GeneratedFile], out: &Path) -> Result<Vec<&'f GeneratedFile>, Failure> {
    let mut changed = Vec::new();
    for file in files {
        let path = out.join(file.name);
        match fs::read(&path) {
            Ok(bytes) if bytes == file.text.as_bytes() => {}
            Ok(_) => changed.push(file),
            Err(error) if error.kind() == io::ErrorKind::NotFound => changed.push(file),
            Err(error) => {
                return Err(Failure::unusable(format!(
                    "{} cannot be read: {error}",
                    path.display()
                )));
            }
        }
    }
    Ok(changed)
}
