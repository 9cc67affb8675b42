//! The documents of crons.

use lunora_core::{
    error::Result,
    id::{DocumentId, TableTag},
    table::{IndexBounds, Table},
    value::{Value, from_object},
};

use crate::{
    database::{Order, SharedTransaction},
    functions::{BY_NAME, StoredCron, fields_of},
};

const TABLE: TableTag = TableTag::of(StoredCron::NAME);

/// A cron and the id of its document, which is none before it is first saved.
#[derive(Debug)]
pub(super) struct Row {
    id: Option<DocumentId>,
    pub(super) cron: StoredCron,
}

impl Row {
    /// One that is not there yet.
    pub(super) const fn new(cron: StoredCron) -> Self {
        Self { id: None, cron }
    }

    pub(super) fn save(&mut self, transaction: &SharedTransaction) -> Result<()> {
        let fields = fields_of(&self.cron)?;
        let id = transaction.with(|transaction| match self.id {
            Some(id) => transaction.replace(id, fields).map(|()| id),
            None => transaction.insert(TABLE, fields),
        })?;
        self.id = Some(id);
        Ok(())
    }

    pub(super) fn delete(&self, transaction: &SharedTransaction) -> Result<()> {
        match self.id {
            Some(id) => transaction.with(|transaction| transaction.delete(id)),
            None => Ok(()),
        }
    }
}

/// The cron of this name.
pub(super) fn load(transaction: &SharedTransaction, name: &str) -> Result<Option<Row>> {
    let bounds = IndexBounds {
        index: BY_NAME,
        equal: vec![Some(Value::from(name))],
        lower: None,
        upper: None,
    };
    Ok(scan(transaction, Some(&bounds))?.pop())
}

/// All of them.
pub(super) fn all(transaction: &SharedTransaction) -> Result<Vec<Row>> {
    scan(transaction, None)
}

fn scan(transaction: &SharedTransaction, bounds: Option<&IndexBounds>) -> Result<Vec<Row>> {
    transaction.with(|transaction| {
        let mut scan = transaction.scan(TABLE, bounds, Order::Asc)?;
        let mut rows = Vec::new();
        while let Some(document) = scan.next(transaction)? {
            rows.push(Row {
                id: Some(document.id),
                cron: from_object(&document.fields)?,
            });
        }
        Ok(rows)
    })
}
