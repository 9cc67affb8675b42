//! Requests that a client may send twice: the outcome is recorded in the transaction that it is the outcome of.

use std::time::Duration;

use data_encoding::HEXLOWER;
use lunora_core::{
    document::{decode_object, encode_object},
    error::{Error, RequestError, Result},
    table::{BY_CREATION_TIME, IndexSpec, Range},
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

/// Who may repeat which request, and what a repeat must be equal in.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RequestKey {
    key: String,
    path: String,
    arguments: String,
}

/// The outcome of a committed mutation.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RequestRecord {
    key: String,
    path: String,
    arguments: String,
    /// The result, encoded as the only field of an object.
    result: Bytes,
    /// Timestamp of the commit that holds this record; the database fills it in.
    ts: i64,
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
        Some(Self {
            key: hash(&[class, user, key]),
            path: request.path.as_str().to_owned(),
            arguments: HEXLOWER.encode(&Sha256::digest(&arguments)),
        })
    }

    /// The outcome of this request, if it has been committed before.
    pub(super) fn recorded(&self, transaction: &SharedTransaction) -> Result<Option<Recorded>> {
        let by_key = Range::<RequestRecord, (String, ())>::__new("by_key").eq(&self.key);
        let query = transaction.reader().query::<RequestRecord>().with_index(by_key);
        let Some(record) = drive(query.unique(), || Ok(()))? else {
            return Ok(None);
        };
        if record.path != self.path || record.arguments != self.arguments {
            return Err(Error::request(RequestError::KeyReused));
        }
        let value = decode_object(&record.result)?
            .remove(RESULT)
            .unwrap_or(Value::Null);
        Ok(Some(Recorded {
            value,
            ts: Timestamp(record.ts.unsigned_abs()),
        }))
    }

    /// Records the outcome in the transaction that it is the outcome of.
    pub(super) fn record(&self, transaction: &SharedTransaction, value: &Value) -> Result<()> {
        let mut result = Vec::new();
        encode_object(
            &Object::from_iter([(RESULT.to_owned(), value.clone())]),
            &mut result,
        );
        let Self { key, path, arguments } = self.clone();
        let record = RequestRecord {
            key,
            path,
            arguments,
            result: Bytes(result),
            ts: 0,
        };
        let id = drive(transaction.writer().insert(record), || Ok(()))?;
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
    for record in &old {
        transaction.writer().delete(record.id()).await?;
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

    fn record(key: String) -> RequestRecord {
        RequestRecord {
            key,
            path: "messages:send".to_owned(),
            arguments: String::new(),
            result: Bytes(Vec::new()),
            ts: 0,
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
