//! `ctx.auth()`.

use lunora_core::{error::Error, identity::Identity};

/// Who a function is called for: in a query, a mutation or an action, and the same for what these call.
///
/// ```
/// # use lunora_core::error::Result;
/// # use lunora_runtime::functions::QueryCtx;
/// # async fn greeting(ctx: &QueryCtx) -> Result<String> {
/// let user = ctx.auth().require()?;
/// Ok(format!("Hello {}", user.name().unwrap_or("stranger")))
/// # }
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Auth<'a> {
    identity: Option<&'a Identity>,
}

/// Nobody is logged in, and the function asked for somebody. Reaches the client as error data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unauthenticated;

impl From<Unauthenticated> for Error {
    fn from(_: Unauthenticated) -> Self {
        let data = [
            ("code", "unauthenticated"),
            ("message", "this function needs a logged-in user"),
        ];
        Self::app(std::collections::BTreeMap::from(data))
    }
}

impl<'a> Auth<'a> {
    pub(super) const fn new(identity: Option<&'a Identity>) -> Self {
        Self { identity }
    }

    /// The user; `None` for anonymous callers and for calls that the server makes for itself.
    pub const fn identity(self) -> Option<&'a Identity> {
        self.identity
    }

    /// The user, or an application error with data `{code: "unauthenticated", ..}`.
    pub fn require(self) -> Result<&'a Identity, Unauthenticated> {
        self.identity.ok_or(Unauthenticated)
    }
}
