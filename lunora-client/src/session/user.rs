//! Whom a call is made for.
//!
//! A server knows a mutation by its session, its number and its user: the same number under another user is another
//! mutation. So a call belongs to who was the user when it was made, and is not made for anybody else.

use crate::auth::Bearer;

/// As far as a client can tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum User {
    Nobody,
    /// Whom a token names.
    Named(Bearer),
    /// Whoever the tokens are of that came since so many changes of the user, and that do not say.
    Unnamed(u32),
    /// Whoever the token is of that is being fetched, since so many changes of the user.
    Awaited(u32),
}

/// Who is the user now.
#[derive(Debug)]
pub(super) struct CurrentUser {
    user: User,
    changes: u32,
}

impl Default for CurrentUser {
    fn default() -> Self {
        Self {
            user: User::Nobody,
            changes: 0,
        }
    }
}

impl CurrentUser {
    pub(super) fn get(&self) -> &User {
        &self.user
    }

    /// Tokens come from elsewhere from now on.
    pub(super) fn change(&mut self) {
        self.changes += 1;
    }

    /// Who a call is made for that is made while the next token is being fetched.
    pub(super) fn awaited(&self) -> User {
        User::Awaited(self.changes)
    }

    pub(super) fn presents(&mut self, token: Option<&str>) {
        self.user = match token {
            None => User::Nobody,
            Some(token) => Bearer::of(token).map_or(User::Unnamed(self.changes), User::Named),
        };
    }
}
