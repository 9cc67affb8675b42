//! Making, listing and revoking keys.

use lunora_core::{
    error::{Error, Result},
    table::Range,
    time::Time,
};
use serde::Serialize;

use super::{AdminKey, NewKey, Scope, StoredKey, keys::Known, stored::generate};
use crate::{
    database::SharedTransaction,
    functions::{Runtime, system::SystemTransaction},
};

/// Most keys that a store has. Each one is compared with whatever is presented.
const MAX_KEYS: usize = 1000;
/// Longest name of a key.
const MAX_NAME: usize = 64;

/// The proof of being allowed to make and revoke keys: a key with all scopes, or the data directory itself.
#[derive(Debug)]
pub struct KeyManager(Option<AdminKey>);

impl KeyManager {
    pub(super) const fn holder(key: AdminKey) -> Self {
        Self(Some(key))
    }

    /// Whoever has opened the data directory, and could change it byte by byte.
    pub(crate) const fn owner_of_the_data() -> Self {
        Self(None)
    }

    /// Who, for the log.
    fn name(&self) -> &str {
        self.0.as_ref().map_or("(owner of the data)", AdminKey::name)
    }
}

/// What can be told about a key.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct KeyInfo {
    /// Its name.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// When it was made.
    pub created_at: Time,
}

/// Why keys stay as they are.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The name cannot be a key's.
    #[error("the name of a key has 1 to {MAX_NAME} letters, digits, `-`, `_` or `.`")]
    BadName,
    /// A key that may do nothing.
    #[error("a key needs at least one scope: run-internal, act-as, read-data or write-data")]
    NoScope,
    /// There is one of that name.
    #[error("there is a key `{0}` already; revoke it first, or take another name")]
    Exists(String),
    /// There is none of that name.
    #[error("there is no key `{0}`")]
    Missing(String),
    /// There are too many.
    #[error("there are {MAX_KEYS} keys already (limit: admin_keys); revoke those that nobody needs")]
    TooMany,
    /// The store could not do it.
    #[error("the keys could not be changed: {0}")]
    Store(Error),
}

impl KeyError {
    const fn outcome(&self) -> &'static str {
        match self {
            Self::Store(_) => "error",
            _ => "refused",
        }
    }
}

impl Runtime {
    /// Makes a key. What is returned is the only copy of it.
    ///
    /// This waits for the disk and blocks the thread meanwhile, as [`Self::revoke_key`] does.
    pub fn create_key(&self, manager: &KeyManager, name: &str, scopes: &[Scope]) -> Result<NewKey, KeyError> {
        let made = self.try_create_key(name, scopes);
        let outcome = made.as_ref().map_or_else(KeyError::outcome, |_| "ok");
        tracing::info!(
            target: "lunora::audit",
            key = manager.name(), created = name, ?scopes, outcome, "admin key created"
        );
        made
    }

    fn try_create_key(&self, name: &str, scopes: &[Scope]) -> Result<NewKey, KeyError> {
        check_name(name)?;
        if scopes.is_empty() {
            return Err(KeyError::NoScope);
        }
        let keys = self.admin_keys();
        let _changing = keys.changing.lock();
        {
            let keys = keys.keys.read();
            if keys.iter().any(|known| known.stored.name == name) {
                return Err(KeyError::Exists(name.to_owned()));
            }
            if keys.len() >= MAX_KEYS {
                return Err(KeyError::TooMany);
            }
        }
        let mut scopes = scopes.to_vec();
        scopes.sort_unstable();
        scopes.dedup();
        let (key, stored) = generate(name, &scopes);
        keys.insert(&self.system(), stored).map_err(KeyError::Store)?;
        Ok(key)
    }

    /// The keys that are valid, by name.
    pub fn list_keys(&self, manager: &KeyManager) -> Vec<KeyInfo> {
        tracing::info!(target: "lunora::audit", key = manager.name(), outcome = "ok", "admin keys listed");
        let mut keys: Vec<_> = self.admin_keys().keys.read().iter().map(info).collect();
        keys.sort_by(|left, right| left.name.cmp(&right.name));
        keys
    }

    /// Revokes a key. When this returns it opens nothing any more, and [`Revocation`](super::Revocation) has told those
    /// who had let its holder in.
    pub fn revoke_key(&self, manager: &KeyManager, name: &str) -> Result<KeyInfo, KeyError> {
        let revoked = self.try_revoke_key(name);
        let outcome = revoked.as_ref().map_or_else(KeyError::outcome, |_| "ok");
        tracing::info!(
            target: "lunora::audit",
            key = manager.name(), revoked = name, outcome, "admin key revoked"
        );
        revoked
    }

    fn try_revoke_key(&self, name: &str) -> Result<KeyInfo, KeyError> {
        let keys = self.admin_keys();
        let _changing = keys.changing.lock();
        let found = keys
            .keys
            .read()
            .iter()
            .find(|known| known.stored.name == name)
            .map(info);
        let found = found.ok_or_else(|| KeyError::Missing(name.to_owned()))?;
        delete(&self.system(), name).map_err(KeyError::Store)?;
        keys.keys.write().retain(|known| known.stored.name != name);
        Ok(found)
    }
}

fn info(known: &Known) -> KeyInfo {
    KeyInfo {
        name: known.stored.name.clone(),
        scopes: known.stored.scopes.clone(),
        created_at: known.created,
    }
}

fn check_name(name: &str) -> Result<(), KeyError> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if (1..=MAX_NAME).contains(&name.len()) && name.bytes().all(plain) {
        Ok(())
    } else {
        Err(KeyError::BadName)
    }
}

fn delete(system: &SystemTransaction<'_>, name: &str) -> Result<()> {
    system.run(|transaction| Box::pin(delete_in(transaction, name.to_owned())))?;
    Ok(())
}

async fn delete_in(transaction: &SharedTransaction, name: String) -> Result<()> {
    let by_name = Range::<StoredKey, (String, ())>::__new("by_name").eq(&name);
    let query = transaction.reader().query::<StoredKey>().with_index(by_name);
    if let Some(key) = query.unique().await? {
        transaction.writer().delete(key.id()).await?;
    }
    Ok(())
}
