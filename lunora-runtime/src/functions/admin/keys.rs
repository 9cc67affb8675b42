//! The keys of a store.

use lunora_core::{error::Result, table::Doc, time::Time};
use parking_lot::{Mutex, RwLock};
use subtle::ConstantTimeEq;
use tokio::sync::watch;

use super::{
    AdminKey, NewKey, Revocation, Scope, StoredKey,
    stored::{generate, hash},
};
use crate::functions::system::SystemTransaction;

/// The admin keys of a store.
#[derive(Debug)]
pub struct AdminKeys {
    pub(super) keys: RwLock<Vec<Known>>,
    /// Held while keys are made or revoked, so that store and memory change together.
    pub(super) changing: Mutex<()>,
}

/// A key that is valid. It ends when this is dropped.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) stored: StoredKey,
    pub(super) created: Time,
    alive: watch::Sender<()>,
}

/// What was presented is not an admin key of this store. Says no more than that on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the admin key is not valid")]
pub struct InvalidAdminKey;

const FIRST_KEY: &str = "admin";

impl Known {
    pub(super) fn new(stored: StoredKey, created: Time) -> Self {
        Self {
            stored,
            created,
            alive: watch::Sender::new(()),
        }
    }
}

impl AdminKeys {
    /// The keys that the store has.
    pub(in crate::functions) fn load(system: &SystemTransaction<'_>) -> Result<Self> {
        let (keys, _) = system.run(|transaction| transaction.reader().query::<StoredKey>().collect())?;
        let known = |key: Doc<StoredKey>| {
            let created = Time::from_millis(key.creation_time());
            Known::new(key.into_fields(), created)
        };
        Ok(Self {
            keys: RwLock::new(keys.into_iter().map(known).collect()),
            changing: Mutex::default(),
        })
    }

    /// Makes the first key, with all scopes, if the store has none. `keep` gets it before the store knows its
    /// hash, so that no crash leaves a store whose key nobody has.
    pub(in crate::functions) fn ensure_first<E>(
        &self,
        system: &SystemTransaction<'_>,
        keep: impl FnOnce(&NewKey) -> std::result::Result<(), E>,
    ) -> Result<std::result::Result<(), E>> {
        let _changing = self.changing.lock();
        if !self.keys.read().is_empty() {
            return Ok(Ok(()));
        }
        let (key, stored) = generate(FIRST_KEY, &Scope::ALL);
        if let Err(error) = keep(&key) {
            return Ok(Err(error));
        }
        self.insert(system, stored)?;
        Ok(Ok(()))
    }

    /// Keeps a key, on disk and then in memory.
    pub(super) fn insert(&self, system: &SystemTransaction<'_>, stored: StoredKey) -> Result<()> {
        let document = stored.clone();
        let (created, _) = system.run(move |transaction| {
            let document = document.clone();
            Box::pin(async move {
                let id = transaction.writer().insert(document).await?;
                let document = transaction.reader().get(id).await?;
                Ok(document.map_or(0.0, |document| document.creation_time()))
            })
        })?;
        let created = Time::from_millis(created);
        self.keys.write().push(Known::new(stored, created));
        Ok(())
    }

    /// Checks a key, `name|secret`.
    pub fn verify(&self, presented: &str) -> std::result::Result<AdminKey, InvalidAdminKey> {
        let hash = hash(presented);
        let keys = self.keys.read();
        // All are compared, each in constant time: how long it takes says nothing about the keys there are.
        let found = keys.iter().fold(None, |found, known| {
            if bool::from(known.stored.hash.as_bytes().ct_eq(hash.as_bytes())) {
                Some(known)
            } else {
                found
            }
        });
        let found = found.ok_or(InvalidAdminKey)?;
        Ok(AdminKey {
            name: found.stored.name.clone(),
            scopes: found.stored.scopes.clone(),
            revocation: Revocation::of(&found.alive),
        })
    }
}
