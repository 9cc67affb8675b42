//! `keys`: who may do what without being a user.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::{
    Failure,
    args::{Keys, Operation, Target},
    block_on,
    data_dir::DataDir,
    output::print,
    place::{Place, Remote},
    progress,
};
use crate::{
    functions::{App, EngineOptions, KeyManager, Runtime},
    memory::MemoryBudget,
    store::Store,
};

pub(super) fn keys(app: App, command: &Keys) -> Result<(), Failure> {
    let answer = block_on(async {
        match Place::of(&command.target)? {
            Place::Here(store, memory) => here(app, store, memory, &command.operation).await,
            Place::There(server) => there(&server, &command.operation).await,
        }
    })?;
    forget_file(command);
    if command.json {
        return print(serde_json::to_string_pretty(&answer).map_err(Failure::unusable)? + "\n");
    }
    show(&command.operation, &answer)
}

/// On the data, as its owner.
async fn here(
    app: App,
    store: Arc<dyn Store>,
    memory: MemoryBudget,
    operation: &Operation,
) -> Result<Json, Failure> {
    let engine = memory.engine(EngineOptions::default());
    let runtime = Runtime::open(app, store, engine, progress::opening(memory)).map_err(Failure::unusable)?;
    let done = carry_out(&runtime, operation);
    runtime.shutdown().await.map_err(Failure::unusable)?;
    done
}

fn carry_out(runtime: &Runtime, operation: &Operation) -> Result<Json, Failure> {
    let owner = KeyManager::owner_of_the_data();
    match operation {
        Operation::List => to_json(&List {
            keys: runtime.list_keys(&owner),
        }),
        Operation::Create { name, scopes } => {
            let key = runtime
                .create_key(&owner, name, scopes)
                .map_err(Failure::failed)?;
            Ok(json!({"name": name, "key": key.expose()}))
        }
        Operation::Revoke { name } => to_json(&runtime.revoke_key(&owner, name).map_err(Failure::failed)?),
    }
}

/// Through a server.
async fn there(server: &Remote, operation: &Operation) -> Result<Json, Failure> {
    match operation {
        Operation::List => server.told("/api/admin/keys", None).await,
        Operation::Create { name, scopes } => {
            let body = json!({"name": name, "scopes": scopes});
            server.told("/api/admin/keys/create", Some(body)).await
        }
        Operation::Revoke { name } => {
            let body = json!({"name": name});
            server.told("/api/admin/keys/revoke", Some(body)).await
        }
    }
}

fn to_json(answer: &impl Serialize) -> Result<Json, Failure> {
    serde_json::to_value(answer).map_err(Failure::unusable)
}

#[derive(Serialize, Deserialize)]
struct List<K> {
    keys: Vec<K>,
}

/// A key in a list.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    name: String,
    scopes: Vec<String>,
}

fn show(operation: &Operation, answer: &Json) -> Result<(), Failure> {
    match operation {
        // Alone on standard output, so that it can be put where it is needed without being seen.
        Operation::Create { .. } => {
            eprintln!("This is the key. It is shown this once; the server keeps only a hash of it.");
            print(answer["key"].as_str().unwrap_or_default().to_owned() + "\n")
        }
        Operation::Revoke { name } => print(format_args!("{name} is revoked\n")),
        Operation::List => {
            let list = List::<Listed>::deserialize(answer).map_err(Failure::unusable)?;
            let width = list.keys.iter().map(|key| key.name.len()).max().unwrap_or(0);
            let line = |key: &Listed| format!("{:<width$}  {}\n", key.name, key.scopes.join(", "));
            print(list.keys.iter().map(line).collect::<String>())
        }
    }
}

/// The file with the first key says nothing any more once that key is revoked.
fn forget_file(command: &Keys) {
    if let (Operation::Revoke { name }, Target::Data(data)) = (&command.operation, &command.target) {
        DataDir::new(&data.path).remove_admin_key(name);
    }
}
