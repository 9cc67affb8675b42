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
    database::{Marked, SharedTransaction, Transaction},
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
#[derive(Debug)]
pub(super) enum Earlier {
    Nothing,
    /// An earlier request of the session, whose turn is over.
    Other(Marked),
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
        let user = match &request.identity {
            Some(identity) => ["user", &identity.token_identifier],
            None => ["nobody", ""],
        };
        let mut arguments = Vec::new();
        encode_object(&request.args, &mut arguments);
        let (place, number) = match key {
            IdempotencyKey::Own(key) => (place(&hash(&["key", class, user[0], user[1], key]), None), 0),
            IdempotencyKey::InSession { session, request } => {
                let session = hash(&["session", class, user[0], user[1], session]);
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
        let known = transaction.with(|transaction| Ok(transaction.marked(self.place)))?;
        if let Some(known) = known.filter(|known| known.mark < self.request) {
            return Ok(Earlier::Other(known));
        }
        let Some(stored) = transaction.with(|transaction| transaction.get_once(self.place))? else {
            return Ok(Earlier::Nothing);
        };
        let record: RequestRecord = from_object(&stored.fields)?;
        match record.request.cmp(&self.request) {
            Ordering::Less => {
                return Ok(Earlier::Other(Marked {
                    id: self.place,
                    mark: record.request,
                    creation_time: stored.creation_time,
                }));
            }
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
                // Few sessions come around to a place again. This one does.
                Earlier::Other(known) => {
                    transaction.overwrite(*known, fields)?;
                    transaction.mark(self.place, self.request);
                }
                _ => transaction.insert_as(self.place, fields)?,
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
pub const KEPT_REQUESTS: u32 = 1_000;
/// How long a request can be repeated.
const KEPT: Duration = Duration::from_hours(14 * 24);
/// Records removed in one transaction.
const BATCH: usize = 500;
/// Bytes of the results among them: one may be large.
const BATCH_BYTES: usize = 4 << 20;

/// Removes the records of requests that are too old to be repeated.
pub(super) fn purge(system: &SystemTransaction<'_>) -> Result<()> {
    let before = (system.now - KEPT).as_millis();
    loop {
        let (is_last, _) = system.run(|transaction| Box::pin(purge_batch(transaction, before)))?;
        if is_last {
            return Ok(());
        }
    }
}

/// Removes some of them. True if those were the last.
async fn purge_batch(transaction: &SharedTransaction, before: f64) -> Result<bool> {
    let old = Range::<RequestRecord, (f64, ())>::__new(BY_CREATION_TIME).lt(before);
    let old = transaction.reader().query::<RequestRecord>().with_index(old);
    let (mut old, mut found, mut bytes) = (old.stream(), Vec::new(), 0);
    while found.len() < BATCH && bytes < BATCH_BYTES {
        let Some(record) = old.next().await? else { break };
        bytes += record.result.len();
        found.push((record.id().untyped(), record.at >= before));
    }
    let is_last = found.len() < BATCH && bytes < BATCH_BYTES;
    for (id, is_new) in found {
        transaction.with(|transaction| remove(transaction, id, is_new))?;
    }
    Ok(is_last)
}

/// Removes a record. That of a session that goes on is as old as its first request; if it holds a new one, it starts again.
fn remove(transaction: &mut Transaction, id: DocumentId, is_new: bool) -> Result<()> {
    let stored = transaction.get(id)?.filter(|_| is_new);
    transaction.delete(id)?;
    match stored {
        Some(stored) => transaction.insert_as(id, stored.fields.clone()),
        None => Ok(()),
    }
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

    fn record(key: &str, result: usize, at: Time) -> (DocumentId, Object) {
        let record = RequestRecord {
            path: "messages:send".to_owned(),
            arguments: Bytes(Vec::new()),
            result: Bytes(vec![0; result]),
            ts: 0,
            request: 0,
            at: at.as_millis(),
        };
        (place(&hash(&[key]), None), fields_of(&record).unwrap())
    }

    const START: Time = Time::from_millis(1_893_456_000_000.0);

    struct Records(Database);

    impl Records {
        fn new() -> Self {
            let schema = Schema::new(vec![TableSchema::of::<RequestRecord>(&mut Shapes::default())]).unwrap();
            Self(Database::open(Arc::new(Memory::new()), schema, OpenOptions::default()).unwrap())
        }

        fn at(&self, now: Time) -> SystemTransaction<'_> {
            SystemTransaction {
                database: &self.0,
                now,
            }
        }

        /// Makes so many at `now`, which hold results of so many bytes of the time `at`.
        fn insert(&self, now: Time, count: usize, result: usize, at: Time) {
            let insert = self.at(now).run(move |transaction| {
                Box::pin(async move {
                    for n in 0..count {
                        let (id, fields) = record(&format!("{now:?} {n} {result}"), result, at);
                        transaction.with(|transaction| transaction.insert_as(id, fields))?;
                    }
                    Ok(())
                })
            });
            insert.unwrap();
        }

        fn count_after_purge(&self, now: Time) -> u64 {
            purge(&self.at(now)).unwrap();
            let count = self.at(now);
            let count = count.run(|transaction| transaction.reader().query::<RequestRecord>().count());
            count.unwrap().0
        }
    }

    #[test]
    fn records_that_nobody_can_repeat_any_more_go_and_the_others_stay() {
        let (records, second) = (Records::new(), Duration::from_secs(1));
        // More than are removed in one transaction, by number and by size.
        records.insert(START, 2 * BATCH + 1, 0, START);
        records.insert(START, 3, BATCH_BYTES / 2 + 1, START);
        records.insert(START + KEPT, 3, 0, START + KEPT);
        let all = 2 * BATCH as u64 + 7;
        assert_eq!(
            records.count_after_purge(START + KEPT),
            all,
            "kept as long as was promised"
        );
        assert_eq!(records.count_after_purge(START + KEPT + second), 3);
        assert_eq!(records.count_after_purge(START + KEPT + KEPT + second), 0);
    }

    #[test]
    fn the_record_of_a_session_that_goes_on_stays_as_long_as_its_newest_request_can_be_repeated() {
        let (records, second) = (Records::new(), Duration::from_secs(1));
        records.insert(START, 2, 0, START + KEPT);
        assert_eq!(records.count_after_purge(START + KEPT + second), 2);
        assert_eq!(records.count_after_purge(START + KEPT + KEPT), 2);
        assert_eq!(
            records.count_after_purge(START + KEPT + KEPT + second + second),
            0
        );
    }

    /// The outcome of a request that is looked for, and recorded if it is new.
    fn turn(records: &Records, now: Time, request: u32) -> Result<&'static str> {
        let key = RequestKey {
            place: place(&hash(&["a session"]), Some(request)),
            request,
            path: "messages:send".to_owned(),
            arguments: [7; 32],
        };
        let (seen, _) = records.at(now).ordered(|transaction| {
            let earlier = key.earlier(transaction)?;
            let seen = match earlier {
                Earlier::Same(_) => return Ok("same"),
                Earlier::Nothing => "nothing",
                Earlier::Other(_) => "other",
            };
            key.record(transaction, &Value::Null, &earlier, now)?;
            Ok(seen)
        })?;
        Ok(seen)
    }

    #[test]
    fn requests_of_a_session_take_turns_whether_the_last_one_is_remembered_or_not() {
        let (records, second) = (Records::new(), Duration::from_secs(1));
        let turn = |now, number| turn(&records, now, number * KEPT_REQUESTS);
        let marked = || {
            let id = place(&hash(&["a session"]), Some(0));
            let look = records
                .at(START)
                .ordered(|transaction| transaction.with(|transaction| Ok(transaction.marked(id))));
            look.unwrap().0.map(|marked| marked.mark)
        };
        assert_eq!(turn(START, 1).unwrap(), "nothing");
        assert_eq!(marked(), None, "most sessions never come around");
        assert_eq!(turn(START, 2).unwrap(), "other");
        assert_eq!(marked(), Some(2 * KEPT_REQUESTS));
        assert_eq!(turn(START + KEPT, 3).unwrap(), "other");
        assert_eq!(turn(START + KEPT, 3).unwrap(), "same");
        let forgotten = turn(START + KEPT, 2).unwrap_err();
        assert_eq!(forgotten.as_request(), Some(&RequestError::RequestForgotten));
        // As old as its first request, and made anew.
        assert_eq!(records.count_after_purge(START + KEPT + second), 1);
        assert_eq!(marked(), None);
        assert_eq!(turn(START + KEPT + second, 3).unwrap(), "same");
        assert_eq!(turn(START + KEPT + second, 4).unwrap(), "other");
        assert_eq!(turn(START + KEPT + second, 5).unwrap(), "other");
        let report = records.0.check(|_| ()).unwrap();
        assert!(report.is_clean(), "{report:?}");
        assert_eq!(
            records.count_after_purge(START + KEPT + KEPT + second + second),
            0
        );
    }
}
