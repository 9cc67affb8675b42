//! What a result is known by.

use std::sync::Arc;

use lunora_core::{
    document::{EncodingError, decode_object, encode_object},
    identity::Identity,
    value::Object,
};
use sha2::{Digest, Sha256};

use super::super::function::Function;

/// On whose behalf a query runs. Results of one class are never given to another, whatever the key says else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in super::super) enum CallerClass {
    /// Anybody with a socket.
    Public,
    /// The holder of an admin key.
    Admin,
    /// The server itself: actions, the command line, tests.
    Server,
}

/// A query with its arguments.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in super::super) struct QueryKey {
    class: CallerClass,
    path: &'static str,
    /// The arguments in their stored form, which equal arguments have in common.
    args: Box<[u8]>,
    /// Where the page ends, if an earlier run has settled it.
    journal: Option<Arc<str>>,
}

impl QueryKey {
    pub(in super::super) fn new(
        function: &Function,
        args: &Object,
        class: CallerClass,
        journal: Option<Arc<str>>,
    ) -> Self {
        let mut encoded = Vec::new();
        encode_object(args, &mut encoded);
        Self {
            class,
            path: function.path,
            args: encoded.into(),
            journal,
        }
    }

    pub(in super::super) const fn path(&self) -> &'static str {
        self.path
    }

    /// The same query with a page that ends elsewhere.
    pub(in super::super) fn with_journal(&self, journal: Option<Arc<str>>) -> Self {
        Self {
            journal,
            ..self.clone()
        }
    }

    pub(in super::super) const fn class(&self) -> CallerClass {
        self.class
    }

    pub(in super::super) const fn journal(&self) -> Option<&Arc<str>> {
        self.journal.as_ref()
    }

    /// The arguments.
    pub(in super::super) fn args(&self) -> Result<Object, EncodingError> {
        decode_object(&self.args)
    }

    /// The query `path` of a test.
    #[cfg(test)]
    pub(super) fn named(path: &'static str, args: &Object) -> Self {
        let mut encoded = Vec::new();
        encode_object(args, &mut encoded);
        Self {
            class: CallerClass::Server,
            path,
            args: encoded.into(),
            journal: None,
        }
    }

    /// The memory that it takes, in bytes.
    pub(super) fn bytes(&self) -> usize {
        size_of::<Self>() + self.args.len() + self.journal.as_ref().map_or(0, |journal| journal.len())
    }
}

/// Who may be given a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in super::super) enum Audience {
    /// Everybody of the class: the run did not look at the identity.
    Everyone,
    /// Those for whom the run was made.
    User(UserKey),
    /// Only who asked: the run looked at the time, or drew random numbers.
    Nobody,
}

/// Stands for an identity with all its claims, or for having none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in super::super) struct UserKey(Option<[u8; 32]>);

impl UserKey {
    pub(in super::super) fn of(identity: Option<&Identity>) -> Self {
        Self(identity.map(|identity| {
            let mut hash = Sha256::new();
            let claims = serde_json::Value::Object(identity.claims.clone()).to_string();
            for text in [
                &identity.token_identifier,
                &identity.issuer,
                &identity.subject,
                &claims,
            ] {
                hash.update((text.len() as u64).to_be_bytes());
                hash.update(text);
            }
            hash.finalize().into()
        }))
    }
}
