//! What a run of a query came to, in a form that many can share.

use std::{
    ops::Deref,
    sync::{Arc, OnceLock},
};

use bytes::Bytes;
use lunora_core::{
    error::Error,
    json::{to_encoded_string, write_encoded},
    value::{Object, Value},
};
use sha2::{Digest, Sha256};

use super::super::random::RequestId;
use crate::database::TimeLimitExceeded;

/// A value, and the JSON text of it that is made once for all who want it.
#[derive(Debug)]
pub struct SharedValue {
    value: Value,
    json: OnceLock<Bytes>,
}

impl SharedValue {
    pub(in super::super) const fn new(value: Value) -> Self {
        Self {
            value,
            json: OnceLock::new(),
        }
    }

    /// The value.
    pub const fn value(&self) -> &Value {
        &self.value
    }

    /// Its text in the encoded form, which official clients ask for.
    pub fn json(&self) -> &Bytes {
        self.json.get_or_init(|| {
            let mut text = Vec::new();
            write_encoded(&self.value, &mut text);
            text.into()
        })
    }

    /// The memory that it takes with its text, in bytes.
    fn bytes(&self) -> usize {
        size_of::<Self>() + heap_bytes(&self.value) + self.value.size()
    }
}

/// What a value takes on the heap.
fn heap_bytes(value: &Value) -> usize {
    match value {
        Value::String(text) => text.capacity(),
        Value::Bytes(bytes) => bytes.len(),
        Value::Array(items) => items
            .iter()
            .map(|item| size_of::<Value>() + heap_bytes(item))
            .sum(),
        Value::Object(object) => heap_bytes_of_fields(object),
        Value::Null | Value::Bool(_) | Value::Int64(_) | Value::Float64(_) => 0,
    }
}

/// What an object takes on the heap.
pub(in super::super) fn heap_bytes_of_fields(object: &Object) -> usize {
    let fields = object.iter();
    fields
        .map(|(name, value)| size_of::<(String, Value)>() + name.len() + heap_bytes(value))
        .sum()
}

/// What a function returned: a value of its own, or one that others share.
#[derive(Debug, Clone)]
pub enum Returned {
    /// Made for this call.
    Own(Value),
    /// Out of the query cache, or in it by now.
    Shared(Arc<SharedValue>),
}

impl Returned {
    /// The value; a shared one is copied.
    pub fn into_value(self) -> Value {
        match self {
            Self::Own(value) => value,
            Self::Shared(shared) => {
                Arc::try_unwrap(shared).map_or_else(|shared| shared.value.clone(), |shared| shared.value)
            }
        }
    }
}

impl Deref for Returned {
    type Target = Value;
    fn deref(&self) -> &Value {
        match self {
            Self::Own(value) => value,
            Self::Shared(shared) => shared.value(),
        }
    }
}

impl PartialEq for Returned {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

/// What a run of a query came to.
#[derive(Debug)]
pub struct QueryOutcome {
    result: Result<Arc<SharedValue>, Error>,
    journal: Option<Arc<str>>,
    fingerprint: OnceLock<Fingerprint>,
    id: OnceLock<RequestId>,
}

/// Equal for equal outcomes, and different for different ones: a hash that nobody can aim at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Fingerprint([u8; 32]);

impl QueryOutcome {
    pub(in super::super) const fn new(
        result: Result<Arc<SharedValue>, Error>,
        journal: Option<Arc<str>>,
    ) -> Self {
        Self {
            result,
            journal,
            fingerprint: OnceLock::new(),
            id: OnceLock::new(),
        }
    }

    /// The value, or the error that the function failed with.
    pub const fn result(&self) -> Result<&Arc<SharedValue>, &Error> {
        self.result.as_ref()
    }

    /// Where the page of the run ended, if it had one: opaque text for the client to send again.
    pub fn journal(&self) -> Option<&str> {
        self.journal.as_deref()
    }

    /// By which the log knows a failure, and those who are told of it.
    pub fn id(&self) -> RequestId {
        *self.id.get_or_init(RequestId::random)
    }

    pub(in super::super) const fn shared_journal(&self) -> Option<&Arc<str>> {
        self.journal.as_ref()
    }

    /// Costs a pass over the value the first time, as [`SharedValue::json`] does.
    pub(in super::super) fn fingerprint(&self) -> Fingerprint {
        *self.fingerprint.get_or_init(|| {
            let mut hash = Sha256::new();
            match &self.result {
                Ok(value) => {
                    hash.update([0]);
                    hash.update(value.json());
                }
                Err(error) => {
                    let data = error.app_data().map(to_encoded_string);
                    hash.update([1, u8::from(error.is_readable()), u8::from(data.is_some())]);
                    hash.update(data.unwrap_or_else(|| error.to_string()));
                }
            }
            // Behind a text of fixed length, so that no two outcomes run into one another.
            let outcome = hash.finalize_reset();
            hash.update(outcome);
            hash.update(self.journal.as_deref().unwrap_or_default());
            Fingerprint(hash.finalize().into())
        })
    }

    /// It is a failure that does not follow from what was read: the same run may come to something else.
    pub(in super::super) fn may_pass(&self) -> bool {
        let error = self.result.as_ref().err();
        error.is_some_and(|error| error.downcast_ref::<TimeLimitExceeded>().is_some())
    }

    /// What the value takes as JSON, in bytes. The data of a failure counts twice: its text has it too.
    pub(in super::super) fn json_bytes(&self) -> usize {
        match &self.result {
            Ok(value) => value.json().len(),
            Err(error) => 2 * error.app_data().map_or(0, Value::size),
        }
    }

    /// The memory that it takes, in bytes.
    pub(in super::super) fn bytes(&self) -> usize {
        let value = match &self.result {
            Ok(value) => value.bytes(),
            Err(error) => error.app_data().map_or(0, heap_bytes),
        };
        size_of::<Self>() + value + self.journal.as_ref().map_or(0, |journal| journal.len())
    }
}
