//! Tables of the server's own, whose names start with `_`, and the transactions that it makes for itself.

use lunora_core::{
    error::{Error, Result},
    limits::Limits,
    time::Time,
    value::{Object, to_value},
};
use rand::Rng;
use serde::Serialize;

use super::{BoxFuture, executor::drive};

use crate::{
    database::{CommitError, Database, Freshness, SharedTransaction, TransactionOptions},
    store::Timestamp,
    sync::channel,
};

/// Makes a serde struct a system table. (The attribute macros stand above this crate.)
macro_rules! system_table {
    ($type:ty, $name:expr, [$($index:expr),*]) => {
        impl lunora_core::shape::Shape for $type {
            fn shape(_: &mut lunora_core::shape::Shapes) -> lunora_core::shape::Node {
                lunora_core::shape::Node::Any
            }
        }
        impl lunora_core::table::Table for $type {
            const NAME: &'static str = $name;
            const INDEXES: &'static [lunora_core::table::IndexSpec] = &[$($index),*];
        }
    };
}
pub(super) use system_table;

/// The fields of a document of a system table.
pub(crate) fn fields_of(document: &impl Serialize) -> Result<Object> {
    let fields = to_value(document)?.into_object();
    fields.map_err(|other| {
        let kind = other.kind_name();
        Error::internal(format!("a document of a system table is an object, not {kind}"))
    })
}

/// Runs transactions that belong to no function, on the calling thread.
#[derive(Debug)]
pub(super) struct SystemTransaction<'a> {
    pub(super) database: &'a Database,
    pub(super) now: Time,
}

impl SystemTransaction<'_> {
    /// Runs `work` until its commit meets no conflict; returns when it is on disk.
    pub(super) fn run<T>(
        &self,
        work: impl for<'t> Fn(&'t SharedTransaction) -> BoxFuture<'t, Result<T>>,
    ) -> Result<(T, Timestamp)> {
        let (value, ts) = self.ordered(|transaction| drive(work(transaction), || Ok(())))?;
        self.on_disk(ts).map(|()| (value, ts))
    }

    /// The same; returns when its commit is ordered.
    pub(super) fn ordered<T>(
        &self,
        work: impl Fn(&SharedTransaction) -> Result<T>,
    ) -> Result<(T, Timestamp)> {
        loop {
            let options = Self::options_at(self.now);
            let transaction = SharedTransaction::new(self.database.begin(Freshness::Ordered, options)?);
            let value = work(&transaction)?;
            match self.database.commit(transaction.take()?) {
                Ok(ts) => return Ok((value, ts)),
                Err(CommitError::Conflict) => {}
                Err(error) => return Err(Error::from(error)),
            }
        }
    }

    pub(super) fn on_disk(&self, ts: Timestamp) -> Result<()> {
        let (sender, receiver) = channel::bounded(1);
        let done = move |result| drop(sender.try_send(result));
        self.database.when_durable(ts, Box::new(done));
        Ok(receiver.recv()??)
    }

    /// What such a transaction is run with.
    pub(super) fn options_at(now: Time) -> TransactionOptions {
        let mut seed = [0; 32];
        rand::rng().fill_bytes(&mut seed);
        TransactionOptions {
            limits: Limits::default(),
            deadline: None,
            now_ms: now.as_millis(),
            seed,
            binding: [0; 32],
        }
    }
}
