//! The application that the editor has open. On disk it is empty; everything is in the buffers.

use std::{fs, path::Path};

use serde_json::{Value, json};
use tempfile::TempDir;

/// The module with the functions, as it is in its buffer.
pub(super) const MESSAGES: &str = "\
use lunora::prelude::*;

#[query]
pub async fn list(_ctx: &QueryCtx, channel: String) -> Result<Vec<String>> {
    Ok(vec![channel])
}

/// Sends one.
#[mutation]
pub async fn send(_ctx: &mut MutationCtx, channel: String, body: String) -> Result<()> {
    Ok(())
}

#[action]
pub async fn import(_ctx: &ActionCtx) -> Result<()> {
    Ok(())
}

#[internal_query]
pub async fn count(_ctx: &QueryCtx) -> Result<i64> {
    Ok(0)
}

#[internal_mutation]
pub async fn purge(_ctx: &mut MutationCtx, at_most: i64) -> Result<()> {
    Ok(())
}

#[internal_action]
pub async fn sync(_ctx: &ActionCtx) -> Result<()> {
    Ok(())
}
";

const ROOT: &str = "\
mod messages;

lunora::app! {
    messages::{list, send, import, count, purge, sync},
}

";

pub(super) struct Project {
    directory: TempDir,
}

impl Project {
    pub(super) fn create() -> Self {
        let directory = TempDir::new().expect("a temporary directory");
        let lunora = Path::new(env!("CARGO_MANIFEST_DIR"));
        let path = lunora.display();
        let manifest = format!(
            "[package]\nname = \"edited\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
             [dependencies]\nlunora = {{ path = \"{path}\" }}\n\n[profile.dev.package.redb]\nopt-level = 1\n"
        );
        let write = |name: &str, text: &str| {
            fs::write(directory.path().join(name), text).expect("a file in it");
        };
        fs::create_dir(directory.path().join("src")).expect("a directory in it");
        write("Cargo.toml", &manifest);
        write("src/lib.rs", "");
        write("src/messages.rs", "");
        fs::copy(lunora.join("Cargo.lock"), directory.path().join("Cargo.lock")).expect("our lock file");
        Self { directory }
    }

    pub(super) fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Everything in the application has an address that starts with this.
    pub(super) fn directory(&self) -> String {
        format!("file://{}", self.path().display())
    }

    pub(super) fn root(&self) -> String {
        self.directory() + "/src/lib.rs"
    }

    pub(super) fn messages(&self) -> String {
        self.directory() + "/src/messages.rs"
    }

    /// The root with a line more, and the position behind `path` in that line.
    pub(super) fn root_with(&self, before: &str, path: &str, after: &str) -> (String, Value) {
        let text = format!("{ROOT}{before}{path}{after}\n");
        let position = self.position(&text, ROOT.len() + before.len() + path.len());
        (text, position)
    }

    /// The position of the start of `text` in the root.
    pub(super) fn position_in_root(&self, root: &str, text: &str) -> Value {
        self.position(root, root.find(text).expect("the text in the root"))
    }

    fn position(&self, text: &str, offset: usize) -> Value {
        let lines: Vec<_> = text[..offset].split('\n').collect();
        let character = lines.last().map_or(0, |line| line.len());
        json!({
            "textDocument": {"uri": self.root()},
            "position": {"line": lines.len() - 1, "character": character},
        })
    }

    /// File and line of the function in its buffer.
    pub(super) fn place_of_function(&self, name: &str) -> (String, u64) {
        let start = format!("pub async fn {name}(");
        let line = MESSAGES.lines().position(|line| line.starts_with(&start));
        let line = line.expect("the function in the module");
        (self.messages(), line as u64)
    }
}
