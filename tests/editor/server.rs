//! A rust-analyzer and the part of the language server protocol that is needed to ask it things.

use std::{
    env,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    time::Duration,
};

use serde_json::{Value, json};

use super::project::{MESSAGES, Project};

/// It builds the dependencies first, if they are not there.
const PATIENCE: Duration = Duration::from_mins(15);

/// The file changed while the question was worked on; ask again.
const CONTENT_MODIFIED: i64 = -32801;

pub(super) struct Server {
    process: Child,
    input: ChildStdin,
    messages: Receiver<Value>,
    asked: u64,
    opened: Vec<(String, u64)>,
}

impl Server {
    /// Starts it on the project, opens the module, and waits until it has read everything.
    pub(super) fn start(project: &Project) -> Self {
        let program = program();
        let mut process = Command::new(&program)
            .current_dir(project.path())
            .env("CARGO_TARGET_DIR", target())
            .env_remove("CARGO_MANIFEST_DIR")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start `{}`: {error}\n{HELP}", program.display()));
        let input = process.stdin.take().expect("a piped input");
        let output = process.stdout.take().expect("a piped output");
        let mut server = Self {
            process,
            input,
            messages: read(output),
            asked: 0,
            opened: Vec::new(),
        };
        let initialized = server.request("initialize", &initialization(project));
        initialized.expect("rust-analyzer takes the project");
        server.send(&json!({"jsonrpc": "2.0", "method": "initialized", "params": {}}));
        server.open(&project.messages(), MESSAGES);
        server.open(&project.root(), "");
        server.wait_until_idle();
        server
    }

    /// Shows a buffer of this text; the file stays as it is.
    pub(super) fn open(&mut self, uri: &str, text: &str) {
        if let Some((_, version)) = self.opened.iter_mut().find(|(opened, _)| opened == uri) {
            *version += 1;
            let document = json!({"uri": uri, "version": *version});
            let changes = json!([{"text": text}]);
            self.notify(
                "textDocument/didChange",
                json!({"textDocument": document, "contentChanges": changes}),
            );
        } else {
            self.opened.push((uri.to_owned(), 1));
            let document = json!({"uri": uri, "languageId": "rust", "version": 1, "text": text});
            self.notify("textDocument/didOpen", json!({"textDocument": document}));
        }
    }

    /// The answer to a question about a position.
    pub(super) fn ask(&mut self, method: &str, position: &Value) -> Value {
        loop {
            match self.request(method, position) {
                Ok(answer) => return answer,
                Err(error) if error["code"] == CONTENT_MODIFIED => {}
                Err(error) => panic!("`{method}` failed: {error}"),
            }
        }
    }

    fn request(&mut self, method: &str, params: &Value) -> Result<Value, Value> {
        self.asked += 1;
        let id = self.asked;
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        loop {
            let message = self.receive();
            if message["id"] == id && message.get("method").is_none() {
                return match message.get("error") {
                    Some(error) => Err(error.clone()),
                    None => Ok(message["result"].clone()),
                };
            }
        }
    }

    fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        let sent = write!(self.input, "Content-Length: {}\r\n\r\n{text}", text.len());
        sent.and_then(|()| self.input.flush())
            .expect("rust-analyzer takes what it is sent");
    }

    /// The next message, after having answered what the server itself wants to know.
    fn receive(&mut self) -> Value {
        let message = self
            .messages
            .recv_timeout(PATIENCE)
            .expect("rust-analyzer says something within 15 minutes");
        if let (Some(_), Some(id)) = (message.get("method"), message.get("id")) {
            self.send(&json!({"jsonrpc": "2.0", "id": id, "result": null}));
        }
        message
    }

    fn wait_until_idle(&mut self) {
        loop {
            let message = self.receive();
            if message["method"] != "experimental/serverStatus" {
                continue;
            }
            let status = &message["params"];
            assert_ne!(
                status["health"], "error",
                "rust-analyzer cannot load the application: {status}"
            );
            if status["quiescent"] == true {
                return;
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Whatever goes wrong here, the test is over.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

const HELP: &str = "This mode needs rust-analyzer; CONTRIBUTING.md says where to get it. `LUNORA_RUST_ANALYZER` and \
                    `LUNORA_PROC_MACRO_SRV` name the two programs if they are not found.";

fn program() -> PathBuf {
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tools/bin/rust-analyzer");
    match env::var_os("LUNORA_RUST_ANALYZER") {
        Some(named) => named.into(),
        None if tools.exists() => tools,
        None => "rust-analyzer".into(),
    }
}

/// The program that runs our macros for it. The toolchain brings it with its component `rust-analyzer`.
fn proc_macro_server() -> PathBuf {
    if let Some(named) = env::var_os("LUNORA_PROC_MACRO_SRV") {
        return named.into();
    }
    let printed = Command::new("rustc").args(["--print", "sysroot"]).output();
    let sysroot = printed.expect("rustc tells its sysroot").stdout;
    let sysroot = PathBuf::from(String::from_utf8_lossy(&sysroot).trim());
    let server = sysroot.join("libexec/rust-analyzer-proc-macro-srv");
    assert!(server.exists(), "there is no {}.\n{HELP}", server.display());
    server
}

/// What is built is shared with the tests.
fn target() -> PathBuf {
    let tests = env::current_exe().expect("the path of this test");
    let target = tests.ancestors().nth(3).expect("it is in target/debug/deps");
    target.to_owned()
}

fn initialization(project: &Project) -> Value {
    let uri = project.directory();
    json!({
        "processId": std::process::id(),
        "rootUri": uri,
        "workspaceFolders": [{"uri": uri, "name": "edited"}],
        "capabilities": {
            "experimental": {"serverStatusNotification": true},
            "textDocument": {
                "completion": {"completionItem": {"snippetSupport": false}},
                "definition": {"linkSupport": true},
                "signatureHelp": {"signatureInformation": {"parameterInformation": {"labelOffsetSupport": false}}},
            },
        },
        "initializationOptions": {
            "checkOnSave": false,
            "cargo": {"sysroot": null, "extraArgs": ["--offline"]},
            "procMacro": {"enable": true, "server": proc_macro_server()},
            "completion": {"postfix": {"enable": false}, "autoimport": {"enable": false}},
        },
    })
}

fn read(output: ChildStdout) -> Receiver<Value> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let mut output = BufReader::new(output);
        while let Some(message) = next(&mut output) {
            if sender.send(message).is_err() {
                return;
            }
        }
    });
    receiver
}

/// A header of lines, an empty line, and as many bytes of JSON as the header says.
fn next(output: &mut impl BufRead) -> Option<Value> {
    let mut length = None;
    loop {
        let mut line = String::new();
        output.read_line(&mut line).ok().filter(|read| *read > 0)?;
        if line.trim().is_empty() {
            break;
        }
        length = line
            .strip_prefix("Content-Length: ")
            .and_then(|length| length.trim().parse().ok())
            .or(length);
    }
    let mut body = vec![0; length?];
    output.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}
