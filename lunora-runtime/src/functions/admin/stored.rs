//! A key at its making, and what is kept of it.

use std::fmt;

use lunora_core::table::IndexSpec;
use rand::Rng;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Scope;
use crate::functions::system::system_table;

/// A key as the store has it: never the key itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::functions) struct StoredKey {
    pub(super) name: String,
    /// SHA-256 of the key, in hexadecimal.
    pub(super) hash: String,
    pub(super) scopes: Vec<Scope>,
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

/// Makes a key.
pub(super) fn generate(name: &str, scopes: &[Scope]) -> (NewKey, StoredKey) {
    let mut secret = [0; 32];
    rand::rng().fill_bytes(&mut secret);
    let key = format!("{name}|{}", data_encoding::BASE64URL_NOPAD.encode(&secret));
    let stored = StoredKey {
        name: name.to_owned(),
        hash: hash(&key),
        scopes: scopes.to_vec(),
    };
    (NewKey(key), stored)
}

/// What is kept of a key. It is random enough that no slow hash is needed.
pub(super) fn hash(key: &str) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(key))
}
