//! Admin keys, and the proof of having presented one.

use std::fmt;

use lunora_core::{error::Result, path::FunctionPath, table::IndexSpec};
use parking_lot::RwLock;
use rand::Rng;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::system::{SystemTransaction, system_table};
use super::{
    dispatch::{Answer, CallError},
    live::WatchRequest,
    random::RequestId,
};

/// What the holder of a key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// Run internal functions.
    RunInternal,
    /// Call functions as a user.
    ActAs,
    /// Read documents without a function.
    ReadData,
    /// Write documents without a function.
    WriteData,
}

const ALL_SCOPES: [Scope; 4] = [
    Scope::RunInternal,
    Scope::ActAs,
    Scope::ReadData,
    Scope::WriteData,
];

/// A key as the store has it: never the key itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StoredKey {
    name: String,
    /// SHA-256 of the secret, in hexadecimal.
    hash: String,
    scopes: Vec<Scope>,
}

system_table!(
    StoredKey,
    "_admin_keys",
    [IndexSpec {
        name: "by_name",
        fields: &[&["name"]],
        unique: true
    }]
);

/// The admin keys of a store.
#[derive(Debug)]
pub struct AdminKeys {
    keys: RwLock<Vec<StoredKey>>,
}

/// What was presented is not an admin key of this store. Says no more than that on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the admin key is not valid")]
pub struct InvalidAdminKey;

/// The proof that an admin key with scope `run-internal` was verified: [`AdminKeys::verify`] alone makes it.
#[derive(Debug)]
pub struct AdminCaller {
    name: String,
    scopes: Vec<Scope>,
}

/// A key that was just made. It is shown once.
pub struct NewKey(String);

impl NewKey {
    /// The key as its holder presents it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for NewKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NewKey(..)")
    }
}

const FIRST_KEY: &str = "admin";

impl AdminKeys {
    /// The keys that the store has.
    pub(super) fn load(system: &SystemTransaction<'_>) -> Result<Self> {
        let (keys, _) = system.run(|transaction| transaction.reader().query::<StoredKey>().collect())?;
        Ok(Self {
            keys: RwLock::new(
                keys.into_iter()
                    .map(lunora_core::table::Doc::into_fields)
                    .collect(),
            ),
        })
    }

    /// Makes the first key, with all scopes, if the store has none. `keep` gets it before the store knows its
    /// hash, so that no crash leaves a store whose key nobody has.
    pub(super) fn ensure_first<E>(
        &self,
        system: &SystemTransaction<'_>,
        keep: impl FnOnce(&NewKey) -> std::result::Result<(), E>,
    ) -> Result<std::result::Result<(), E>> {
        if !self.keys.read().is_empty() {
            return Ok(Ok(()));
        }
        let (key, stored) = generate(FIRST_KEY);
        if let Err(error) = keep(&key) {
            return Ok(Err(error));
        }
        let document = stored.clone();
        system.run(move |transaction| {
            let document = document.clone();
            Box::pin(async move { transaction.writer().insert(document).await })
        })?;
        self.keys.write().push(stored);
        Ok(Ok(()))
    }

    /// Checks a key, `name|secret`.
    pub fn verify(&self, presented: &str) -> std::result::Result<AdminCaller, InvalidAdminKey> {
        let hash = hash(presented);
        let keys = self.keys.read();
        // All are compared, each in constant time: how long it takes says nothing about the keys there are.
        let found = keys.iter().fold(None, |found, stored| {
            if bool::from(stored.hash.as_bytes().ct_eq(hash.as_bytes())) {
                Some(stored)
            } else {
                found
            }
        });
        let found = found
            .filter(|stored| stored.scopes.contains(&Scope::RunInternal))
            .ok_or(InvalidAdminKey)?;
        Ok(AdminCaller {
            name: found.name.clone(),
            scopes: found.scopes.clone(),
        })
    }
}

impl AdminCaller {
    /// Name of the key.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The holder may call functions as a user.
    pub fn may_act_as(&self) -> bool {
        self.scopes.contains(&Scope::ActAs)
    }

    /// Leaves a line in the log about a query that is watched with the key from now on.
    pub(super) fn audit_watch(&self, request: &WatchRequest, is_there: bool) {
        let acting_as = request
            .identity
            .as_ref()
            .map(|identity| identity.token_identifier.as_str());
        let (function, outcome) = (&request.path, if is_there { "watched" } else { "refused" });
        tracing::info!(
            target: "lunora::audit",
            key = self.name, acting_as, %function, outcome, "admin watch"
        );
    }

    /// Leaves a line in the log about what was done with the key.
    pub(super) fn audit(
        &self,
        path: &FunctionPath,
        id: RequestId,
        acting_as: Option<&str>,
        result: &std::result::Result<Answer, CallError>,
    ) {
        let outcome = match result {
            Ok(_) => "ok",
            Err(CallError::Function(error)) if error.as_request().is_some() => "refused",
            Err(CallError::Function(error)) if error.app_data().is_some() => "failed",
            Err(_) => "error",
        };
        tracing::info!(
            target: "lunora::audit",
            key = self.name, acting_as, function = %path, request_id = %id, outcome, "admin call"
        );
    }
}

fn generate(name: &str) -> (NewKey, StoredKey) {
    let mut secret = [0; 32];
    rand::rng().fill_bytes(&mut secret);
    let key = format!("{name}|{}", data_encoding::BASE64URL_NOPAD.encode(&secret));
    let stored = StoredKey {
        name: name.to_owned(),
        hash: hash(&key),
        scopes: ALL_SCOPES.to_vec(),
    };
    (NewKey(key), stored)
}

fn hash(key: &str) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(key))
}
