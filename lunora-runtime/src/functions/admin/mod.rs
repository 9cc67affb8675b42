//! Admin keys: who holds one, what it opens, and who may make and revoke them.
//!
//! A key is `name|secret`; the store knows a hash of it ([`AdminKeys`]). Presenting one gives an [`AdminKey`], which
//! by itself opens nothing. What it opens is asked for, scope by scope, and each answer is a type of its own:
//! [`AdminCaller`] for [`FullDispatch`](super::FullDispatch), [`ActingCaller`] for public functions in a user's name,
//! [`DataReader`] for all documents, [`KeyManager`] for the keys themselves. Whatever is done with a key leaves a line in the log.

mod acting;
mod caller;
mod jobs;
mod key;
mod keys;
mod manage;
mod reader;
mod scope;
mod stored;

pub(super) use self::stored::StoredKey;
pub use self::{
    acting::ActingCaller,
    caller::AdminCaller,
    jobs::{JobError, JobInfo, JobsWanted},
    key::{AdminKey, MissingScope, Revocation},
    keys::{AdminKeys, InvalidAdminKey},
    manage::{KeyError, KeyInfo, KeyManager},
    reader::DataReader,
    scope::{Scope, UnknownScope},
    stored::NewKey,
};

/// How a call ended, for its line in the log.
fn outcome(result: &Result<super::Answer, super::CallError>) -> &'static str {
    use super::CallError;
    match result {
        Ok(_) => "ok",
        Err(CallError::Function(error)) if error.as_request().is_some() => "refused",
        Err(CallError::Function(error)) if error.app_data().is_some() => "failed",
        Err(_) => "error",
    }
}
