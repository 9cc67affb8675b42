//! Running a query: out of the cache, or once, on the executor.

use std::sync::Arc;

use lunora_core::{
    error::{Error, Result},
    value::Value,
};

use super::{
    Ctx, QueryCtx,
    dispatch::{Answer, CallError},
    looked::Looked,
    results::{Audience, Finished, QueryKey, QueryOutcome, Returned, SharedValue, UserKey},
    transaction::Work,
};
use crate::{
    database::{Database, Freshness, SealedReads, Transaction, TransactionOptions},
    store::Timestamp,
    sync::Instant,
};

/// A run of a query that has ended.
#[derive(Debug)]
pub(super) struct Ran {
    pub(super) result: Result<Value>,
    /// Who else may be given the result.
    pub(super) audience: Audience,
    transaction: Transaction,
}

impl Ran {
    /// As of when it is.
    pub(super) fn ts(&self) -> Timestamp {
        self.transaction.snapshot_ts()
    }

    /// What it follows from.
    pub(super) fn reads(&self) -> SealedReads {
        self.transaction.sealed_reads()
    }

    /// The journal of its page, if it had one.
    pub(super) fn journal(&self) -> Option<Arc<str>> {
        self.transaction.page_end().map(|end| end.journal.as_str().into())
    }
}

impl Work {
    /// Answers the query as of the newest commit on disk. `held` is dropped when it is over.
    pub(super) async fn query(mut self, held: impl Send + 'static) -> Result<Answer, CallError> {
        self.function.forget_hook(&mut self.args);
        // What is kept is as of now.
        let is_kept = self.at.is_none() && self.engine.results.is_on();
        let key = is_kept.then(|| Arc::new(QueryKey::new(&self.function, &self.args, self.class, None)));
        if let Some(answer) = key.as_ref().and_then(|key| self.known(key)) {
            return Ok(answer);
        }
        self.on_executor(held, |work, end, reply| {
            // The caller may be gone; then nobody wants the answer.
            let _ = reply.send(work.run_query(key, end).map_err(CallError::from));
        })
        .await
    }

    /// The answer that is known already.
    fn known(&self, key: &Arc<QueryKey>) -> Option<Answer> {
        let found = self.engine.results.find(key, || self.user())?;
        let value = found.run.outcome.result().ok()?;
        Some(Answer {
            value: Returned::Shared(Arc::clone(value)),
            ts: found.as_of,
        })
    }

    /// Runs it, and keeps the result under `key` if others may have it.
    fn run_query(self, key: Option<Arc<QueryKey>>, end: Instant) -> Result<Answer> {
        let now = Instant::now();
        if now >= end {
            return Err(self.engine.took_too_long());
        }
        let ran = self.run_once(now, |database, options| match &self.at {
            Some(moment) => Ok(database.begin_in(moment, options)),
            None => database.begin(Freshness::Durable, options),
        })?;
        let ts = ran.ts();
        let value = match key.filter(|_| ran.audience != Audience::Nobody) {
            None => Returned::Own(ran.result?),
            Some(key) => self.shared(key, ran)?,
        };
        Ok(Answer { value, ts })
    }

    fn shared(&self, key: Arc<QueryKey>, ran: Ran) -> Result<Returned> {
        let (reads, journal, ran_at) = (Arc::new(ran.reads()), ran.journal(), ran.ts());
        let value = Arc::new(SharedValue::new(ran.result?));
        self.engine.results.keep(Finished {
            key,
            audience: ran.audience,
            outcome: Arc::new(QueryOutcome::new(Ok(Arc::clone(&value)), journal)),
            reads,
            ran_at,
        });
        Ok(Returned::Shared(value))
    }

    /// Runs it once, from `now` on, in the transaction that `begin` begins. Fails if that fails.
    pub(super) fn run_once(
        &self,
        now: Instant,
        begin: impl FnOnce(&Database, TransactionOptions) -> Result<Transaction>,
    ) -> Result<Ran> {
        let state = self.begin(now, begin)?;
        let ctx = QueryCtx {
            state: Arc::clone(&state),
            depth: self.depth,
        };
        let result = self.handle(Ctx::Query(&ctx), state.ends);
        // Whatever a leaked future still holds of the context is cut off here.
        let transaction = state.transaction.take()?;
        // A result that is made of what could still be read would be given to others.
        let in_time = transaction.check_was_in_time().map_err(Error::from);
        Ok(Ran {
            result: in_time.and(result),
            audience: self.audience(&state.looked),
            transaction,
        })
    }

    fn audience(&self, looked: &Looked) -> Audience {
        if looked.has_seen_moment() {
            Audience::Nobody
        } else if looked.has_seen_identity() {
            Audience::User(self.user())
        } else {
            Audience::Everyone
        }
    }

    fn user(&self) -> UserKey {
        UserKey::of(self.identity.as_deref())
    }
}
