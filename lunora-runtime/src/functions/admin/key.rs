//! A key that was presented and is valid.

use lunora_core::identity::Identity;
use tokio::sync::watch;

use super::{ActingCaller, AdminCaller, KeyManager, Scope};

/// A valid key, which opens nothing yet: each thing that it is to open asks for its scope.
#[derive(Debug, Clone)]
pub struct AdminKey {
    pub(super) name: String,
    pub(super) scopes: Vec<Scope>,
    pub(super) revocation: Revocation,
}

/// The key does not open this.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the admin key has no scope `{scope}`")]
pub struct MissingScope {
    /// What it would take.
    pub scope: Scope,
}

impl AdminKey {
    /// Name of the key.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The end of the key.
    pub const fn revocation(&self) -> &Revocation {
        &self.revocation
    }

    /// Refuses a key that has not got `scope`, and says so in the log.
    pub fn require(&self, scope: Scope) -> Result<(), MissingScope> {
        if self.scopes.contains(&scope) {
            return Ok(());
        }
        tracing::info!(target: "lunora::audit", key = self.name, %scope, outcome = "forbidden", "admin key used");
        Err(MissingScope { scope })
    }

    /// Whether [`Self::run_internal`] would succeed.
    pub fn opens_internal_functions(&self) -> bool {
        self.scopes.contains(&Scope::RunInternal)
    }

    /// The proof that the holder may run internal functions.
    pub fn run_internal(self) -> Result<AdminCaller, MissingScope> {
        self.require(Scope::RunInternal)?;
        Ok(AdminCaller::new(self))
    }

    /// The proof that the holder may call public functions as `user`.
    pub fn act_as(self, user: Identity) -> Result<ActingCaller, MissingScope> {
        self.require(Scope::ActAs)?;
        Ok(ActingCaller::new(self, user))
    }

    /// The proof that the holder may make and revoke keys. It takes all scopes: whoever could make keys with less
    /// could make one with more.
    pub fn manage_keys(self) -> Result<KeyManager, MissingScope> {
        Scope::ALL.into_iter().try_for_each(|scope| self.require(scope))?;
        Ok(KeyManager::holder(self))
    }
}

/// The end of a key: to be asked about, and to be waited for by whoever has let its holder in for longer than one
/// request.
#[derive(Debug, Clone)]
pub struct Revocation(watch::Receiver<()>);

impl Revocation {
    /// Of the key whose sender this is: it is revoked when that is dropped.
    pub(super) fn of(key: &watch::Sender<()>) -> Self {
        Self(key.subscribe())
    }

    /// Whether the key has been revoked.
    pub fn is_over(&self) -> bool {
        self.0.has_changed().is_err()
    }

    /// Resolves when the key is revoked.
    pub async fn ended(&self) {
        let mut key = self.0.clone();
        // Nothing is ever sent; this is its end.
        while key.changed().await.is_ok() {}
    }
}
