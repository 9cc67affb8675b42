//! Whom a call is made for.
//!
//! A server knows a mutation by its session, its number and its user: the same number under another user is another
//! mutation. So a call belongs to who was the user when it was made, and is not made for anybody else.

use crate::auth::Bearer;

/// The time from one change of where tokens come from to the next.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Era(u32);

/// As far as a client can tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum User {
    Nobody,
    /// Whom a token names.
    Named(Bearer),
    /// Whoever the tokens of an era are of, which do not say.
    Unnamed(Era),
    /// Whoever the token is of that was being fetched in an era.
    Awaited(Era),
}

impl User {
    /// Whom a token of an era is of.
    pub(super) fn of(token: Option<&str>, era: Era) -> Self {
        match token {
            None => Self::Nobody,
            Some(token) => Bearer::of(token).map_or(Self::Unnamed(era), Self::Named),
        }
    }
}

/// Who is the user now.
#[derive(Debug)]
pub(super) struct CurrentUser {
    user: User,
    era: Era,
}

impl Default for CurrentUser {
    fn default() -> Self {
        Self {
            user: User::Nobody,
            era: Era::default(),
        }
    }
}

impl CurrentUser {
    pub(super) fn get(&self) -> &User {
        &self.user
    }

    /// Tokens come from elsewhere from now on.
    pub(super) fn change(&mut self) {
        self.era.0 += 1;
    }

    pub(super) const fn era(&self) -> Era {
        self.era
    }

    pub(super) fn presents(&mut self, token: Option<&str>) {
        self.user = User::of(token, self.era);
    }
}
