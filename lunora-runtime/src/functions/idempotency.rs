//! Requests that a client may send twice: the outcome is recorded in the transaction that it is the outcome of.

use std::{cmp::Ordering, sync::Arc, time::Duration};

use lunora_core::{
    document::{decode_object, encode_object},
    error::{Error, RequestError, Result},
    id::{DocumentId, RANDOM_BYTES, TableTag},
    table::{BY_CREATION_TIME, Range, Table},
    time::Time,
    value::{Bytes, Object, Value, from_object},
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{
    admin::AdminCaller,
    dispatch::CallRequest,
    system::{SystemTransaction, fields_of, system_table},
};
use crate::{
    database::{SharedTransaction, Transaction},
    store::Timestamp,
};

/// What a mutation is known by, so that a repeat of it is not run again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IdempotencyKey {
    /// A text of the caller's choice.
    Own(String),
    /// Its number among the requests of a session. The outcomes of the last 1,000 numbers of a session are kept.
    InSession {
        /// The session, chosen by the client so that nobody can guess it.
        session: Arc<str>,
        /// The number, from which on the client counts up.
        request: u32,
    },
}

impl From<String> for IdempotencyKey {
    fn from(key: String) -> Self {
        Self::Own(key)
    }
}

/// Who may repeat which request, and what a repeat must be equal in.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RequestKey {
    /// The record that it has, or that it takes over from an earlier request of its session.
    place: DocumentId,
    /// Which of the requests it is that take turns in this place.
    request: u32,
    path: String,
    arguments: [u8; 32],
}

/// The outcome of a committed mutation.
///
/// Who made it, and under which key, is in its id: a record is found without an index, and those of one session lie side
/// by side.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RequestRecord {
    request: u32,
    path: String,
    /// Their hash.
    arguments: Bytes,
    /// Encoded as the only field of an object.
    result: Bytes,
    /// Timestamp of the commit that holds this record; the database fills it in.
    ts: i64,
    /// When that was, in milliseconds.
    at: f64,
}

system_table!(RequestRecord, "_requests", []);

/// What there is under a request's key.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Earlier {
    Nothing,
    /// An earlier request of the session, whose turn is over.
    Other,
    Same(Recorded),
}

/// What an earlier run of the same request gave.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Recorded {
    pub(super) value: Value,
    pub(super) ts: Timestamp,
}

impl RequestKey {
    pub(super) fn of_client(request: &CallRequest) -> Option<Self> {
        Self::new(request, "client")
    }

    pub(super) fn of_admin(request: &CallRequest, caller: &AdminCaller) -> Option<Self> {
        Self::new(request, &format!("admin {}", caller.name()))
    }

    fn new(request: &CallRequest, class: &str) -> Option<Self> {
        let key = request.idempotency_key.as_ref()?;
        let user = request.identity.as_ref();
        let user = user.map_or("", |identity| &identity.token_identifier);
        let mut arguments = Vec::new();
        encode_object(&request.args, &mut arguments);
        let (place, number) = match key {
            IdempotencyKey::Own(key) => (place(&hash(&["key", class, user, key]), None), 0),
            IdempotencyKey::InSession { session, request } => {
                let session = hash(&["session", class, user, session]);
                (place(&session, Some(*request)), *request)
            }
        };
        Some(Self {
            place,
            request: number,
            path: request.path.as_str().to_owned(),
            arguments: Sha256::digest(&arguments).into(),
        })
    }

    /// Looks whether this request has been committed before.
    pub(super) fn earlier(&self, transaction: &SharedTransaction) -> Result<Earlier> {
        let Some(record) = transaction.with(|transaction| transaction.get(self.place))? else {
            return Ok(Earlier::Nothing);
        };
        let record: RequestRecord = from_object(&record.fields)?;
        match record.request.cmp(&self.request) {
            Ordering::Less => return Ok(Earlier::Other),
            Ordering::Greater => return Err(Error::request(RequestError::RequestForgotten)),
            Ordering::Equal => {}
        }
        if record.path != self.path || record.arguments.0 != self.arguments {
            return Err(Error::request(RequestError::KeyReused));
        }
        Ok(Earlier::Same(Recorded {
            value: record.value()?,
            ts: Timestamp(record.ts.unsigned_abs()),
        }))
    }

    /// Records the outcome in the transaction that it is the outcome of, which has looked for an `earlier` one.
    pub(super) fn record(
        &self,
        transaction: &SharedTransaction,
        value: &Value,
        earlier: &Earlier,
        now: Time,
    ) -> Result<()> {
        let fields = fields_of(&RequestRecord {
            request: self.request,
            path: self.path.clone(),
            arguments: Bytes(self.arguments.to_vec()),
            result: Bytes(encoded(value)),
            ts: Transaction::NO_TIMESTAMP,
            at: now.as_millis(),
        })?;
        transaction.with(|transaction| {
            match earlier {
                Earlier::Nothing => transaction.insert_as(self.place, fields)?,
                _ => transaction.replace(self.place, fields)?,
            }
            transaction.stamp(self.place, "ts")
        })
    }
}

impl RequestRecord {
    fn value(&self) -> Result<Value> {
        let value = decode_object(&self.result)?.remove(RESULT);
        Ok(value.unwrap_or(Value::Null))
    }
}

const RESULT: &str = "result";

/// A result as the only field of an object; nothing in a document's own fields may be called as it likes.
fn encoded(result: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    encode_object(&Object::from_iter([(RESULT, result.clone())]), &mut bytes);
    bytes
}

/// Where the record of a key lies, or that of a request of a session: those take turns in [`KEPT_REQUESTS`] places.
fn place(hash: &[u8; 32], request: Option<u32>) -> DocumentId {
    let mut random = [0; RANDOM_BYTES];
    random.copy_from_slice(&hash[..RANDOM_BYTES]);
    if let Some(request) = request {
        let turn = u16::try_from(request % KEPT_REQUESTS).unwrap_or_default();
        random[RANDOM_BYTES - 2..].copy_from_slice(&turn.to_be_bytes());
    }
    DocumentId {
        table: TableTag::of(RequestRecord::NAME),
        random,
    }
}

/// A hash of several texts that no other texts have.
fn hash(texts: &[&str]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for text in texts {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text);
    }
    hash.finalize().into()
}

/// How many requests of one session can be repeated: the newest ones. They take turns in as many records.
const KEPT_REQUESTS: u32 = 1_000;
/// How long a request can be repeated.
const KEPT: Duration = Duration::from_hours(14 * 24);
/// Records removed in one transaction.
const BATCH: usize = 500;

/// Removes the records of requests that are too old to be repeated.
pub(super) fn purge(system: &SystemTransaction<'_>) -> Result<()> {
    let before = (system.now - KEPT).as_millis();
    loop {
        let (removed, _) = system.run(|transaction| Box::pin(purge_batch(transaction, before)))?;
        if removed < BATCH {
            return Ok(());
        }
    }
}

async fn purge_batch(transaction: &SharedTransaction, before: f64) -> Result<usize> {
    let old = Range::<RequestRecord, (f64, ())>::__new(BY_CREATION_TIME).lt(before);
    let old = transaction.reader().query::<RequestRecord>().with_index(old);
    let old = old.take(BATCH).await?;
    for record in &old {
        let id = record.id().untyped();
        transaction.with(|transaction| {
            let stored = transaction.get(id)?;
            transaction.delete(id)?;
            // The record of a session that goes on is as old as its first request, and holds a newer one.
            match stored.filter(|_| record.at >= before) {
                Some(stored) => transaction.insert_as(id, stored.fields.clone()),
                None => Ok(()),
            }
        })?;
    }
    Ok(old.len())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use lunora_core::{shape::Shapes, time::Time};

    use super::*;
    use crate::{
        database::{Database, OpenOptions, Schema, TableSchema},
        store::Memory,
    };

    fn record(key: &str) -> (DocumentId, Object) {
        let record = RequestRecord {
            path: "messages:send".to_owned(),
            arguments: Bytes(Vec::new()),
            result: Bytes(Vec::new()),
            ts: 0,
            request: 0,
            at: 0.0,
        };
        (place(&hash(&[key]), None), fields_of(&record).unwrap())
    }

    #[test]
    fn records_that_nobody_can_repeat_any_more_go_and_the_others_stay() {
        let schema = Schema::new(vec![TableSchema::of::<RequestRecord>(&mut Shapes::default())]).unwrap();
        let database = Database::open(Arc::new(Memory::new()), schema, OpenOptions::default()).unwrap();
        let start = Time::from_millis(1_893_456_000_000.0);
        let at = |now| SystemTransaction {
            database: &database,
            now,
        };
        let count = || {
            let all = at(start).run(|transaction| transaction.reader().query::<RequestRecord>().count());
            all.unwrap().0
        };
        // More than are removed in one transaction.
        for (now, records) in [(start, 2 * BATCH + 1), (start + KEPT, 3)] {
            let insert = at(now).run(move |transaction| {
                Box::pin(async move {
                    for n in 0..records {
                        let (id, fields) = record(&format!("{now:?} {n}"));
                        transaction.with(|transaction| transaction.insert_as(id, fields))?;
                    }
                    Ok(())
                })
            });
            insert.unwrap();
        }
        purge(&at(start + KEPT)).unwrap();
        assert_eq!(
            count(),
            2 * BATCH as u64 + 4,
            "kept for as long as it was promised"
        );
        purge(&at(start + KEPT + Duration::from_secs(1))).unwrap();
        assert_eq!(count(), 3);
    }
}
