//! Whom an application trusts.

/// An issuer of tokens that an application trusts to say who its users are.
///
/// A token is taken if it is signed by a key of the issuer, its `iss` is the issuer's name letter by letter, and its
/// `aud` is one of the audiences: tokens that the same issuer made for other applications are worth nothing here.
///
/// ```
/// # use lunora_runtime::functions::{App, Issuer};
/// # fn app() -> App { App::__new(&[]) }
/// /// What `main` serves: `lunora::main(my_app::backend())`.
/// pub fn backend() -> App {
///     app().trust(Issuer::oidc("https://login.example.com", "my-app"))
/// }
/// # backend();
/// ```
///
/// What an application states here holds wherever it runs. A deployment adds issuers of its own, or replaces one of
/// these, with `--trust` or `LUNORA_TRUST` (see `serve --help`).
#[derive(Debug, Clone)]
pub struct Issuer {
    pub(super) name: String,
    pub(super) audiences: Vec<String>,
    pub(super) keys: Source,
}

/// Where the keys of an issuer are.
#[derive(Debug, Clone)]
pub(super) enum Source {
    /// In this JSON Web Key Set.
    Inline(String),
    /// At this address.
    #[cfg(feature = "fetch")]
    Address(String),
    /// Where the discovery document of the issuer says.
    #[cfg(feature = "fetch")]
    Discovery,
}

/// An issuer cannot be trusted as it is described.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the issuer {issuer:?} cannot be trusted: {reason}")]
pub struct InvalidIssuer {
    /// Its name.
    pub issuer: String,
    /// What is wrong with it.
    pub reason: String,
}

impl Issuer {
    fn new(name: String, audience: String, keys: Source) -> Self {
        Self {
            name,
            audiences: vec![audience],
            keys,
        }
    }

    /// An OIDC provider: `issuer` is the address that its tokens have as `iss`. Where its keys are, it says
    /// itself, at `<issuer>/.well-known/openid-configuration`.
    ///
    /// The keys are fetched when the first token arrives and kept; how long, and what happens while the provider is
    /// down, [`TokenLimits`](super::TokenLimits) says. The address is an `https` one, or `http` on a loopback address.
    #[cfg(feature = "fetch")]
    pub fn oidc(issuer: impl Into<String>, audience: impl Into<String>) -> Self {
        Self::new(issuer.into(), audience.into(), Source::Discovery)
    }

    /// An issuer without discovery whose JSON Web Key Set is at `address`.
    #[cfg(feature = "fetch")]
    pub fn jwks_url(
        issuer: impl Into<String>,
        audience: impl Into<String>,
        address: impl Into<String>,
    ) -> Self {
        Self::new(issuer.into(), audience.into(), Source::Address(address.into()))
    }

    /// An issuer whose JSON Web Key Set is `jwks`, as JSON text. Nothing is fetched, and a new key is a new start of
    /// the server.
    ///
    /// ```
    /// # use lunora_runtime::{functions::Issuer, testing::TestIssuer};
    /// # let jwks = TestIssuer::new("internal-tools", "my-app").jwks();
    /// // let jwks = include_str!("../keys.json");
    /// let issuer = Issuer::jwks("internal-tools", "my-app", jwks);
    /// # drop(issuer);
    /// ```
    pub fn jwks(issuer: impl Into<String>, audience: impl Into<String>, jwks: impl Into<String>) -> Self {
        Self::new(issuer.into(), audience.into(), Source::Inline(jwks.into()))
    }

    /// Takes tokens for this audience as well.
    #[must_use]
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audiences.push(audience.into());
        self
    }

    /// Name of the issuer: the `iss` of its tokens.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn invalid(&self, reason: impl ToString) -> InvalidIssuer {
        InvalidIssuer {
            issuer: self.name.clone(),
            reason: reason.to_string(),
        }
    }

    pub(super) fn check(&self) -> Result<(), InvalidIssuer> {
        if self.name.is_empty() {
            return Err(self.invalid("its name is empty"));
        }
        // `issuer|subject` names a user, and two issuers must not be able to make one name.
        if self.name.contains('|') {
            return Err(self.invalid("its name has a `|` in it"));
        }
        if self.audiences.iter().any(String::is_empty) {
            return Err(self.invalid("an audience is empty"));
        }
        Ok(())
    }
}
