//! What may be in an export, and what becomes of what is there already.

use lunora_core::{
    table::{IndexBounds, IndexSpec},
    value::Value,
};

use super::super::fixture::{begin, insert, item, items_schema};
use super::*;

fn table(name: &'static str, indexes: &[IndexSpec]) -> TableSchema {
    TableSchema {
        name,
        tag: lunora_core::id::TableTag::of(name),
        indexes: indexes.to_vec(),
        ..TableSchema::of::<Item>(&mut Shapes::default())
    }
}

fn schema(tables: &[TableSchema]) -> Schema {
    Schema::new(tables.to_vec()).unwrap()
}

const BY_GROUP: IndexSpec = IndexSpec {
    name: "by_group",
    fields: &[&["group"]],
    unique: false,
};

/// An export of items with these keys.
fn file(keys: &[&str]) -> Vec<u8> {
    let dir = tempfile::tempdir().unwrap();
    let source = open_in(dir.path(), items_schema());
    insert(&source.database, keys.iter().map(|key| item(1.0, 2.0, key)));
    export(&source.database)
}

/// A directory with items of these keys.
fn directory(keys: &[&str]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let target = open_in(dir.path(), items_schema());
    insert(&target.database, keys.iter().map(|key| item(3.0, 4.0, key)));
    target.close();
    dir
}

/// The keys of the items in a directory whose indexes agree with them.
fn keys_in(dir: &Path) -> Vec<String> {
    let opened = open_in(dir, items_schema());
    let check = opened.database.check(|_| ()).unwrap();
    assert!(check.is_clean(), "{check}");
    keys_of_items(&opened.database)
}

#[track_caller]
fn refused(dir: &Path, schema: Schema, file: &[u8], mode: ImportMode) -> String {
    try_import(dir, schema, file, import_options(mode))
        .unwrap_err()
        .to_string()
}

#[test]
fn documents_that_are_there_go_or_stay_as_it_is_said_and_not_unasked() {
    let file = file(&["a", "b"]);
    for (mode, expected) in [
        (ImportMode::Replace, &["a", "b"][..]),
        (ImportMode::Append, &["a", "b", "x", "y"]),
    ] {
        let dir = directory(&["x", "y"]);
        let refused = refused(dir.path(), items_schema(), &file, ImportMode::IntoEmpty);
        assert!(
            refused.contains("table `items`") && refused.contains("--replace"),
            "{refused}"
        );
        assert_eq!(keys_in(dir.path()), ["x", "y"]);
        try_import(dir.path(), items_schema(), &file, import_options(mode)).unwrap();
        assert_eq!(keys_in(dir.path()), expected);
    }
}

#[test]
fn what_is_added_twice_is_refused() {
    let (dir, file) = (directory(&[]), file(&["a"]));
    try_import(
        dir.path(),
        items_schema(),
        &file,
        import_options(ImportMode::Append),
    )
    .unwrap();
    let refused = refused(dir.path(), items_schema(), &file, ImportMode::Append);
    assert!(
        refused.contains("one is in the export, the other in the store"),
        "{refused}"
    );
    assert_eq!(keys_in(dir.path()), ["a"]);
}

#[test]
fn what_belongs_to_each_store_is_left_out_or_gives_way() {
    let (dir, file) = (directory(&["x"]), file(&["a", "b", "new"]));
    let appending = |joining| ImportOptions {
        joining,
        ..import_options(ImportMode::Append)
    };
    let report = try_import(
        dir.path(),
        items_schema(),
        &file,
        appending(|table, fields| {
            assert_eq!(table, "items");
            match fields.get("key").and_then(Value::as_str) {
                Some("new") => Joining::LeftOut,
                _ => Joining::AddedIfNew,
            }
        }),
    );
    assert_eq!(keys_in(dir.path()), ["a", "b", "x"]);
    assert!(
        report
            .unwrap()
            .to_string()
            .starts_with("items: 2 documents, 1 left out\n")
    );

    let report = try_import(
        dir.path(),
        items_schema(),
        &file,
        appending(|_, _| Joining::AddedIfNew),
    );
    assert_eq!(keys_in(dir.path()), ["a", "b", "new", "x"]);
    assert!(
        report
            .unwrap()
            .to_string()
            .starts_with("items: 1 documents, 2 left out\n")
    );

    let opposite = ImportOptions {
        joining: |_, _| Joining::LeftOut,
        ..import_options(ImportMode::Replace)
    };
    try_import(dir.path(), items_schema(), &file, opposite).unwrap();
    assert_eq!(
        keys_in(dir.path()),
        ["a", "b", "new"],
        "with nothing to join all come"
    );
}

#[test]
fn a_unique_index_holds_across_export_and_store() {
    let (dir, file) = (directory(&["a"]), file(&["b", "a"]));
    let refused = refused(dir.path(), items_schema(), &file, ImportMode::Append);
    assert!(
        refused.contains("same values in the unique index `by_key`") && refused.contains("table `items`"),
        "{refused}"
    );
    assert_eq!(keys_in(dir.path()), ["a"]);
}

#[test]
fn a_unique_index_that_the_exporter_did_not_have_is_checked() {
    let dir = tempfile::tempdir().unwrap();
    let source = open_in(dir.path(), schema(&[table("items", &[])]));
    let ids = insert(&source.database, ["a", "b", "a"].map(|key| item(1.0, 2.0, key)));
    let file = export(&source.database);
    let target = directory(&["x"]);
    let refused = refused(target.path(), items_schema(), &file, ImportMode::Replace);
    for id in [ids[0], ids[2]] {
        assert!(refused.contains(&id.to_string()), "{refused}");
    }
    assert_eq!(keys_in(target.path()), ["x"]);
}

#[test]
fn indexes_are_those_of_the_application_that_imports() {
    let dir = tempfile::tempdir().unwrap();
    let by_group = [table("items", &[BY_GROUP])];
    let imported = try_import(
        dir.path(),
        schema(&by_group),
        &file(&["a", "b"]),
        import_options(ImportMode::IntoEmpty),
    );
    assert_eq!(imported.unwrap().documents(), 2);
    let target = open_in(dir.path(), schema(&by_group));
    let bounds = IndexBounds {
        index: "by_group",
        equal: vec![Some(Value::from(1.0))],
        lower: None,
        upper: None,
    };
    assert_eq!(
        begin(&target.database)
            .count(super::super::fixture::ITEMS, Some(&bounds))
            .unwrap(),
        2
    );
    assert!(target.database.check(|_| ()).unwrap().is_clean());
}

#[test]
fn a_document_that_the_application_cannot_read_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let source = open_in(dir.path(), any_schema());
    let mut wrong = item(1.0, 2.0, "b");
    wrong.insert("group", "a text");
    let ids = insert(&source.database, [item(1.0, 2.0, "a"), wrong]);
    let target = directory(&["x"]);
    let refused = refused(
        target.path(),
        items_schema(),
        &export(&source.database),
        ImportMode::Replace,
    );
    assert!(
        refused.contains(&ids[1].to_string()) && refused.contains("group"),
        "{refused}"
    );
    assert_eq!(keys_in(target.path()), ["x"]);
}

#[test]
fn an_export_of_another_application_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let source = open_in(dir.path(), schema(&[table("invoices", &[])]));
    let mut transaction = begin(&source.database);
    transaction
        .insert(lunora_core::id::TableTag::of("invoices"), item(1.0, 2.0, "a"))
        .unwrap();
    source.database.commit(transaction).unwrap();
    let target = directory(&["x"]);
    let refused = refused(
        target.path(),
        items_schema(),
        &export(&source.database),
        ImportMode::Replace,
    );
    assert!(
        refused.contains("`invoices`") && refused.contains("another one"),
        "{refused}"
    );
    assert_eq!(keys_in(target.path()), ["x"]);
}

/// The application had `old` once, then only `items`; later it has `old` again, with another index.
#[test]
fn documents_of_a_table_that_the_application_gave_up_come_along() {
    let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let old = lunora_core::id::TableTag::of("old");
    let count = |database: &Database| begin(database).count(old, None).unwrap();
    {
        let source = open_in(
            from.path(),
            schema(&[table("items", &[]), table("old", &[BY_GROUP])]),
        );
        let mut transaction = begin(&source.database);
        transaction.insert(old, item(1.0, 2.0, "kept")).unwrap();
        source.database.commit(transaction).unwrap();
        source.close();
    }
    let file = export(&open_in(from.path(), schema(&[table("items", &[])])).database);
    let only_items = || schema(&[table("items", &[])]);
    try_import(
        to.path(),
        only_items(),
        &file,
        import_options(ImportMode::IntoEmpty),
    )
    .unwrap();
    {
        let target = open_in(to.path(), only_items());
        assert_eq!(keys_of_items(&target.database), Vec::<String>::new());
        // It is in an export again, and so is everything else.
        assert_eq!(try_export(&target.database, &[]).0.documents, 1);
        target.close();
    }
    let target = open_in(
        to.path(),
        schema(&[table("items", &[]), table("old", &[BY_GROUP])]),
    );
    assert_eq!(count(&target.database), 1);
    let check = target.database.check(|_| ()).unwrap();
    assert!(check.is_clean(), "{check}");
}

/// The same, added to a store that has such documents with a complete index.
#[test]
fn an_index_that_got_documents_behind_its_back_is_built_again() {
    let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let old = lunora_core::id::TableTag::of("old");
    let both = || schema(&[table("items", &[]), table("old", &[BY_GROUP])]);
    for dir in [&from, &to] {
        let opened = open_in(dir.path(), both());
        let mut transaction = begin(&opened.database);
        transaction.insert(old, item(1.0, 2.0, "kept")).unwrap();
        opened.database.commit(transaction).unwrap();
        opened.close();
    }
    let only_items = || schema(&[table("items", &[])]);
    let file = export(&open_in(from.path(), only_items()).database);
    try_import(to.path(), only_items(), &file, import_options(ImportMode::Append)).unwrap();
    let target = open_in(to.path(), both());
    assert_eq!(begin(&target.database).count(old, None).unwrap(), 2);
    let check = target.database.check(|_| ()).unwrap();
    assert!(check.is_clean(), "{check}");
}

#[test]
fn private_tables_are_in_no_export_come_from_none_and_stay() {
    let dir = tempfile::tempdir().unwrap();
    let both = || schema(&[table("items", &[]), table("_keys", &[])]);
    let keys = lunora_core::id::TableTag::of("_keys");
    let source = open_in(dir.path(), both());
    let put = |database: &Database, key: &str| {
        let mut transaction = begin(database);
        transaction.insert(keys, item(1.0, 2.0, key)).unwrap();
        database.commit(transaction).unwrap();
    };
    put(&source.database, "key of the source");
    let (report, without) = try_export(&source.database, &["_keys"]);
    assert_eq!((report.documents, report.tables), (0, 1));
    let with = export(&source.database);

    let target = tempfile::tempdir().unwrap();
    {
        let opened = open_in(target.path(), both());
        put(&opened.database, "key of the target");
        opened.close();
    }
    for mode in [ImportMode::IntoEmpty, ImportMode::Replace, ImportMode::Append] {
        let options = || ImportOptions {
            private: vec!["_keys"],
            ..import_options(mode)
        };
        let refused = try_import(target.path(), both(), &with, options())
            .unwrap_err()
            .to_string();
        assert!(refused.contains("`_keys`"), "{refused}");
        try_import(target.path(), both(), &without, options()).unwrap();
        let opened = open_in(target.path(), both());
        let mut transaction = begin(&opened.database);
        let mut scan = transaction.scan(keys, None, Order::Asc).unwrap();
        let only = scan.next(&mut transaction).unwrap().unwrap();
        assert_eq!(
            only.fields.get("key").and_then(Value::as_str),
            Some("key of the target"),
            "{mode:?}"
        );
        assert!(scan.next(&mut transaction).unwrap().is_none());
        assert!(opened.database.check(|_| ()).unwrap().is_clean());
    }
}
