//! The same operations on the database and on a map that is searched from end to end.

use std::{collections::BTreeMap, sync::Arc};

use lunora_core::{
    id::DocumentId,
    table::{BY_CREATION_TIME, BY_ID, IndexBounds, IndexSpec, KeyBound},
    value::{Object, Value},
};

use super::fixture::{ITEM_INDEXES, ITEMS};
use crate::database::{DocumentNotFound, Order, Savepoint, StoredDocument, Transaction, UniqueViolation};

/// What a transaction does; ids by their position among those that were ever inserted.
#[derive(Debug, Clone)]
pub(super) enum Operation {
    Get(usize),
    Scan {
        bounds: Option<IndexBounds>,
        order: Order,
        take: usize,
    },
    Count(Option<IndexBounds>),
    Insert(Object),
    Patch(usize, Vec<(&'static str, Option<Value>)>),
    Replace(usize, Object),
    Delete(usize),
    /// All of these, and then back to before.
    RolledBack(Vec<Operation>),
}

/// What came of it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Outcome {
    Rows(Vec<Row>),
    Count(u64),
    Inserted(DocumentId, f64),
    Written,
    NotFound,
    Violation(&'static str),
    RolledBack(Vec<Outcome>),
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    pub(super) id: DocumentId,
    pub(super) creation_time: f64,
    pub(super) fields: Object,
}

impl From<Arc<StoredDocument>> for Row {
    fn from(document: Arc<StoredDocument>) -> Self {
        Self {
            id: document.id,
            creation_time: document.creation_time,
            fields: document.fields.clone(),
        }
    }
}

/// Runs an operation in a transaction. `ids` are those that it may name; its own inserts are added.
pub(super) fn run(
    transaction: &mut Transaction,
    operation: &Operation,
    ids: &mut Vec<DocumentId>,
) -> Outcome {
    let id = |at: &usize| ids.get(at % ids.len().max(1)).copied().unwrap_or_else(nobody);
    match operation {
        Operation::Get(at) => {
            let found = transaction.get(id(at)).unwrap();
            Outcome::Rows(found.into_iter().map(Row::from).collect())
        }
        Operation::Scan { bounds, order, take } => {
            Outcome::Rows(scan(transaction, bounds.as_ref(), *order, *take))
        }
        Operation::Count(bounds) => Outcome::Count(transaction.count(ITEMS, bounds.as_ref()).unwrap()),
        Operation::Insert(fields) => match transaction.insert(ITEMS, fields.clone()) {
            Ok(id) => {
                ids.push(id);
                Outcome::Inserted(id, transaction.get(id).unwrap().unwrap().creation_time)
            }
            Err(error) => failed(&error),
        },
        Operation::Patch(at, changes) => written(transaction.patch(id(at), changes.clone())),
        Operation::Replace(at, fields) => written(transaction.replace(id(at), fields.clone())),
        Operation::Delete(at) => written(transaction.delete(id(at))),
        Operation::RolledBack(operations) => {
            let savepoint: Savepoint = transaction.savepoint();
            let outcomes = operations
                .iter()
                .map(|operation| run(transaction, operation, ids))
                .collect();
            transaction.rollback(savepoint);
            Outcome::RolledBack(outcomes)
        }
    }
}

fn scan(transaction: &mut Transaction, bounds: Option<&IndexBounds>, order: Order, take: usize) -> Vec<Row> {
    let mut scan = transaction.scan(ITEMS, bounds, order).unwrap();
    let mut rows = Vec::new();
    while rows.len() < take
        && let Some(document) = scan.next(transaction).unwrap()
    {
        rows.push(document.into());
    }
    rows
}

fn written(result: lunora_core::error::Result<()>) -> Outcome {
    match result {
        Ok(()) => Outcome::Written,
        Err(error) => failed(&error),
    }
}

fn failed(error: &lunora_core::error::Error) -> Outcome {
    if let Some(violation) = error.downcast_ref::<UniqueViolation>() {
        return Outcome::Violation(violation.index);
    }
    assert!(error.downcast_ref::<DocumentNotFound>().is_some(), "{error}");
    Outcome::NotFound
}

fn nobody() -> DocumentId {
    DocumentId {
        table: ITEMS,
        random: [0; 16],
    }
}

/// The naive database.
#[derive(Debug, Clone, Default)]
pub(super) struct Model {
    pub(super) documents: BTreeMap<DocumentId, (f64, Object)>,
}

impl Model {
    /// Repeats an operation; new ids and their times are those that the database gave.
    pub(super) fn repeat(
        &mut self,
        operation: &Operation,
        observed: &Outcome,
        ids: &mut Vec<DocumentId>,
    ) -> Outcome {
        let id = |at: &usize| ids.get(at % ids.len().max(1)).copied().unwrap_or_else(nobody);
        match operation {
            Operation::Get(at) => Outcome::Rows(self.row(id(at)).into_iter().collect()),
            Operation::Scan { bounds, order, take } => {
                let mut rows = self.rows(bounds.as_ref());
                if *order == Order::Desc {
                    rows.reverse();
                }
                rows.truncate(*take);
                Outcome::Rows(rows)
            }
            Operation::Count(bounds) => Outcome::Count(self.rows(bounds.as_ref()).len() as u64),
            Operation::Insert(fields) => {
                let (id, time) = match observed {
                    Outcome::Inserted(id, time) => (*id, *time),
                    _ => (nobody(), 0.0),
                };
                match self.put(id, time, fields.clone()) {
                    Outcome::Written => {
                        ids.push(id);
                        Outcome::Inserted(id, time)
                    }
                    refused => refused,
                }
            }
            Operation::Patch(at, changes) => self.update(id(at), |fields| {
                for (name, value) in changes {
                    match value {
                        Some(value) => drop(fields.insert(*name, value.clone())),
                        None => drop(fields.remove(name)),
                    }
                }
            }),
            Operation::Replace(at, new) => self.update(id(at), |fields| *fields = new.clone()),
            Operation::Delete(at) => match self.documents.remove(&id(at)) {
                Some(_) => Outcome::Written,
                None => Outcome::NotFound,
            },
            Operation::RolledBack(operations) => {
                let Outcome::RolledBack(observed) = observed else {
                    panic!("{observed:?}")
                };
                let before = self.documents.clone();
                let pairs = operations.iter().zip(observed);
                let outcomes = pairs
                    .map(|(operation, observed)| self.repeat(operation, observed, ids))
                    .collect();
                self.documents = before;
                Outcome::RolledBack(outcomes)
            }
        }
    }

    fn update(&mut self, id: DocumentId, change: impl FnOnce(&mut Object)) -> Outcome {
        let Some((time, mut fields)) = self.documents.get(&id).cloned() else {
            return Outcome::NotFound;
        };
        change(&mut fields);
        self.put(id, time, fields)
    }

    fn put(&mut self, id: DocumentId, time: f64, fields: Object) -> Outcome {
        let key = fields.get("key");
        if self
            .documents
            .iter()
            .any(|(other, (_, theirs))| *other != id && theirs.get("key") == key)
        {
            return Outcome::Violation("by_key");
        }
        self.documents.insert(id, (time, fields));
        Outcome::Written
    }

    fn row(&self, id: DocumentId) -> Option<Row> {
        let (creation_time, fields) = self.documents.get(&id)?.clone();
        Some(Row {
            id,
            creation_time,
            fields,
        })
    }

    fn rows(&self, bounds: Option<&IndexBounds>) -> Vec<Row> {
        let mut rows: Vec<Row> = self.documents.keys().filter_map(|id| self.row(*id)).collect();
        let by_creation_time = IndexBounds {
            index: BY_CREATION_TIME,
            equal: vec![],
            lower: None,
            upper: None,
        };
        let bounds = bounds.unwrap_or(&by_creation_time);
        rows.retain(|row| in_bounds(&values(bounds.index, row), bounds));
        rows.sort_by(|left, right| {
            let key = |row: &Row| (values(bounds.index, row), time(bounds.index, row), row.id);
            key(left).cmp(&key(right))
        });
        rows
    }
}

fn spec(index: &str) -> Option<&'static IndexSpec> {
    ITEM_INDEXES.iter().find(|spec| spec.name == index)
}

fn values(index: &str, row: &Row) -> Vec<Option<Value>> {
    match spec(index) {
        Some(spec) => spec
            .fields
            .iter()
            .map(|path| row.fields.get(path[0]).cloned())
            .collect(),
        None if index == BY_CREATION_TIME => vec![Some(Value::Float64(row.creation_time))],
        None => vec![],
    }
}

/// The order by id has no regard for time.
fn time(index: &str, row: &Row) -> Value {
    Value::Float64(if index == BY_ID { 0.0 } else { row.creation_time })
}

fn in_bounds(values: &[Option<Value>], bounds: &IndexBounds) -> bool {
    let (first, rest) = values.split_at(bounds.equal.len());
    let above = |bound: &KeyBound| {
        if bound.inclusive {
            rest[0] >= bound.key
        } else {
            rest[0] > bound.key
        }
    };
    let below = |bound: &KeyBound| {
        if bound.inclusive {
            rest[0] <= bound.key
        } else {
            rest[0] < bound.key
        }
    };
    first == bounds.equal
        && bounds.lower.as_ref().is_none_or(above)
        && bounds.upper.as_ref().is_none_or(below)
}
