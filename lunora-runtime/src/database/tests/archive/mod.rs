//! Exports and the way back: equal, all or nothing, and nothing that is not whole.

mod contents;
mod crashes;
mod refusals;
mod round_trip;

use std::{io::Cursor, path::Path, sync::Arc};

use lunora_core::{shape::Shapes, value::Value};

use super::fixture::{ITEMS, Item, begin, open};
use crate::{
    database::{
        Database, ExportOptions, ExportReport, ImportError, ImportMode, ImportOptions, ImportReport, Joining,
        Order, Schema, TableSchema, import,
    },
    store::{Direction, Embedded, Key, KeyRange, Options, Payload, Store},
};

/// Small enough that a test meets checkpoints and several log segments.
fn small() -> Options {
    Options {
        overlay_bytes: 64 << 10,
        segment_bytes: 16 << 10,
        cache_bytes: 1 << 20,
        ..Options::default()
    }
}

/// A store in a directory, with its database.
struct Opened {
    store: Arc<dyn Store>,
    database: Database,
}

fn open_in(dir: &Path, schema: Schema) -> Opened {
    let store: Arc<dyn Store> = Arc::new(Embedded::open(dir, small()).unwrap());
    let database = open(&store, schema);
    Opened { store, database }
}

impl Opened {
    /// Every pair but the catalog, in which the key of cursors differs.
    fn pairs(&self) -> Vec<(Key, Payload)> {
        let snapshot = self.store.snapshot(self.store.ordered()).unwrap();
        let all = snapshot.range(KeyRange::all(), Direction::Ascending);
        all.map(Result::unwrap)
            .filter(|(key, _)| !key.starts_with(&[0; 4]))
            .collect()
    }

    fn close(&self) {
        self.database.close().unwrap();
    }
}

fn try_export(database: &Database, private: &[&'static str]) -> (ExportReport, Vec<u8>) {
    let mut file = Vec::new();
    let options = ExportOptions {
        private: private.to_vec(),
        progress: Box::new(|_| ()),
    };
    let report = database.export(&mut file, options).unwrap();
    (report, file)
}

fn export(database: &Database) -> Vec<u8> {
    try_export(database, &[]).1
}

fn import_options(mode: ImportMode) -> ImportOptions {
    ImportOptions {
        mode,
        private: Vec::new(),
        joining: |_, _| Joining::Added,
        progress: Box::new(|_| ()),
    }
}

/// Imports into the store in `dir`.
fn try_import(
    dir: &Path,
    schema: Schema,
    file: &[u8],
    options: ImportOptions,
) -> Result<ImportReport, ImportError> {
    let replacement = Embedded::replace(dir, &small()).unwrap();
    import(
        replacement,
        schema,
        &mut Cursor::new(file),
        options,
        &mut |_, _| (),
    )
}

/// Items whose fields may be of any type, except for those of indexes.
fn any_schema() -> Schema {
    let table = TableSchema {
        decodes: |_| Ok(()),
        ..TableSchema::of::<Item>(&mut Shapes::default())
    };
    Schema::new(vec![table]).unwrap()
}

/// The keys of all items, in order.
fn keys_of_items(database: &Database) -> Vec<String> {
    let mut transaction = begin(database);
    let mut scan = transaction.scan(ITEMS, None, Order::Asc).unwrap();
    let mut keys = Vec::new();
    while let Some(document) = scan.next(&mut transaction).unwrap() {
        let key = document.fields.get("key").and_then(Value::as_str);
        keys.push(key.unwrap().to_owned());
    }
    keys.sort();
    keys
}
