//! Tables, databases and transactions for tests.

use std::{
    future::Future,
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use lunora_core::{
    id::{DocumentId, TableTag},
    limits::Limits,
    shape::{Field, Node, Shape, Shapes},
    table::{IndexBounds, IndexSpec, Range, Table},
    value::{Object, Value},
};
use serde::{Deserialize, Serialize};

use crate::{
    database::{
        Database, Freshness, OpenOptions, Schema, SharedTransaction, TableSchema, Transaction,
        TransactionOptions,
    },
    store::{Memory, Store},
};

/// A table with one plain, one compound and one unique index.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Item {
    pub(super) group: f64,
    pub(super) rank: Option<f64>,
    pub(super) key: String,
}

pub(super) const ITEM_INDEXES: &[IndexSpec] = &[
    IndexSpec {
        name: "by_group",
        fields: &[&["group"]],
        unique: false,
    },
    IndexSpec {
        name: "by_group_rank",
        fields: &[&["group"], &["rank"]],
        unique: false,
    },
    IndexSpec {
        name: "by_key",
        fields: &[&["key"]],
        unique: true,
    },
];

impl Shape for Item {
    fn shape(shapes: &mut Shapes) -> Node {
        Node::object([
            Field::of::<f64>("group", shapes),
            Field::of::<Option<f64>>("rank", shapes),
            Field::of::<String>("key", shapes),
        ])
    }
}

impl Table for Item {
    const NAME: &'static str = "items";
    const INDEXES: &'static [IndexSpec] = ITEM_INDEXES;
}

impl Item {
    pub(super) fn new(group: f64, rank: f64, key: &str) -> Self {
        Self {
            group,
            rank: Some(rank),
            key: key.to_owned(),
        }
    }

    pub(super) fn by_group_rank() -> Range<Self, (f64, (Option<f64>, ()))> {
        Range::__new("by_group_rank")
    }

    pub(super) fn by_key() -> Range<Self, (String, ())> {
        Range::__new("by_key")
    }
}

pub(super) const ITEMS: TableTag = TableTag::of("items");

/// The fields of an item.
pub(super) fn item(group: f64, rank: f64, key: &str) -> Object {
    Object::from_iter([
        ("group", Value::from(group)),
        ("rank", rank.into()),
        ("key", key.into()),
    ])
}

/// The item with this key.
pub(super) fn by_key(key: &str) -> IndexBounds {
    IndexBounds {
        index: "by_key",
        equal: vec![Some(key.into())],
        lower: None,
        upper: None,
    }
}

pub(super) fn items_schema() -> Schema {
    Schema::new(vec![TableSchema::of::<Item>(&mut Shapes::default())]).unwrap()
}

/// An empty database of items in memory.
pub(super) fn items() -> Database {
    open(&memory(), items_schema())
}

/// The same for items whose fields are of any type.
pub(super) fn any_items() -> Database {
    let table = TableSchema {
        decodes: |_| Ok(()),
        ..TableSchema::of::<Item>(&mut Shapes::default())
    };
    open(&memory(), Schema::new(vec![table]).unwrap())
}

pub(super) fn memory() -> Arc<dyn Store> {
    Arc::new(Memory::new())
}

pub(super) fn open(store: &Arc<dyn Store>, schema: Schema) -> Database {
    Database::open(store.clone(), schema, OpenOptions::default()).unwrap()
}

pub(super) fn options() -> TransactionOptions {
    TransactionOptions {
        limits: Limits::default(),
        deadline: None,
        now_ms: 1_000.0,
        seed: rand::random(),
        binding: [7; 32],
    }
}

pub(super) fn begin(database: &Database) -> Transaction {
    database.begin(Freshness::Ordered, options()).unwrap()
}

pub(super) fn shared(database: &Database) -> SharedTransaction {
    SharedTransaction::new(begin(database))
}

/// Commits documents of items and returns their ids.
pub(super) fn insert(database: &Database, documents: impl IntoIterator<Item = Object>) -> Vec<DocumentId> {
    let mut transaction = begin(database);
    let ids = documents
        .into_iter()
        .map(|fields| transaction.insert(ITEMS, fields).unwrap())
        .collect();
    database.commit(transaction).unwrap();
    ids
}

/// The output of a future of the database: none of them waits.
pub(super) fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("a future of the database waits"),
    }
}
