//! Requests that a client may send twice: the outcome is recorded in the transaction that it is the outcome of.

use std::{cmp::Ordering, sync::Arc, time::Duration};

use data_encoding::HEXLOWER;
use lunora_core::{
    document::{decode_object, encode_object},
    error::{Error, RequestError, Result},
    id::Id,
    table::{BY_CREATION_TIME, IndexSpec, Range},
    time::Time,
    value::{Bytes, Object, Value},
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{
    admin::AdminCaller,
    dispatch::CallRequest,
    executor::drive,
    system::{SystemTransaction, system_table},
};
use crate::{database::SharedTransaction, store::Timestamp};

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
    key: String,
    /// Which of the requests it is that take turns under this key.
    request: u32,
    path: String,
    arguments: String,
}

/// The outcome of a committed mutation.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RequestRecord {
    key: String,
    request: u32,
    path: String,
    arguments: String,
    /// The result, encoded as the only field of an object.
    result: Bytes,
    /// Timestamp of the commit that holds this record; the database fills it in.
    ts: i64,
    /// When that was, in milliseconds.
    at: f64,
}

system_table!(
    RequestRecord,
    "_requests",
    [IndexSpec {
        name: "by_key",
        fields: &[&["key"]],
        unique: true
    }]
);

/// What there is under a request's key.
#[derive(Debug)]
pub(super) enum Earlier {
    Nothing,
    /// An earlier request of the session, whose turn is over.
    Other(Id<RequestRecord>),
    Same(Recorded),
}

/// What an earlier run of the same request gave.
#[derive(Debug)]
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
        let user = request
            .identity
            .as_ref()
            .map_or("", |identity| &identity.token_identifier);
        let mut arguments = Vec::new();
        encode_object(&request.args, &mut arguments);
        let (key, number) = match key {
            IdempotencyKey::Own(key) => (hash(&[class, user, key]), 0),
            IdempotencyKey::InSession { session, request } => {
                let place = (request % KEPT_REQUESTS).to_string();
                (hash(&[class, user, session, &place]), *request)
            }
        };
        Some(Self {
            key,
            request: number,
            path: request.path.as_str().to_owned(),
            arguments: HEXLOWER.encode(&Sha256::digest(&arguments)),
        })
    }

    /// Looks whether this request has been committed before.
    pub(super) fn earlier(&self, transaction: &SharedTransaction) -> Result<Earlier> {
        let by_key = Range::<RequestRecord, (String, ())>::__new("by_key").eq(&self.key);
        let query = transaction.reader().query::<RequestRecord>().with_index(by_key);
        let Some(record) = drive(query.unique(), || Ok(()))? else {
            return Ok(Earlier::Nothing);
        };
        match record.request.cmp(&self.request) {
            Ordering::Less => return Ok(Earlier::Other(record.id())),
            Ordering::Greater => return Err(Error::request(RequestError::RequestForgotten)),
            Ordering::Equal => {}
        }
        if record.path != self.path || record.arguments != self.arguments {
            return Err(Error::request(RequestError::KeyReused));
        }
        let value = decode_object(&record.result)?
            .remove(RESULT)
            .unwrap_or(Value::Null);
        Ok(Earlier::Same(Recorded {
            value,
            ts: Timestamp(record.ts.unsigned_abs()),
        }))
    }

    /// Records the outcome in the transaction that it is the outcome of, in the place of `earlier`.
    pub(super) fn record(
        &self,
        transaction: &SharedTransaction,
        value: &Value,
        earlier: Option<Id<RequestRecord>>,
        now: Time,
    ) -> Result<()> {
        let mut result = Vec::new();
        encode_object(
            &Object::from_iter([(RESULT.to_owned(), value.clone())]),
            &mut result,
        );
        let Self {
            key,
            request,
            path,
            arguments,
        } = self.clone();
        let record = RequestRecord {
            key,
            request,
            path,
            arguments,
            result: Bytes(result),
            ts: 0,
            at: now.as_millis(),
        };
        let id = match earlier {
            None => drive(transaction.writer().insert(record), || Ok(()))?,
            Some(id) => {
                drive(transaction.writer().replace(id, record), || Ok(()))?;
                id
            }
        };
        transaction.stamp(id.untyped(), "ts")
    }
}

const RESULT: &str = "result";

/// A hash of several texts that no other texts have.
fn hash(texts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for text in texts {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text);
    }
    HEXLOWER.encode(&hash.finalize())
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
    let old = transaction
        .reader()
        .query::<RequestRecord>()
        .with_index(old)
        .take(BATCH)
        .await?;
    let found = old.len();
    for record in old {
        transaction.writer().delete(record.id()).await?;
        // The record of a session that goes on is as old as its first request, and holds a newer one.
        if record.at >= before {
            transaction.writer().insert(record.into_fields()).await?;
        }
    }
    Ok(found)
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

    fn record(key: String) -> RequestRecord {
        RequestRecord {
            key,
            path: "messages:send".to_owned(),
            arguments: String::new(),
            result: Bytes(Vec::new()),
            ts: 0,
            request: 0,
            at: 0.0,
        }
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
                        transaction
                            .writer()
                            .insert(record(format!("{now:?} {n}")))
                            .await?;
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
