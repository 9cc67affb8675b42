//! What was exported is what is imported.

use std::sync::atomic::{AtomicBool, Ordering};

use lunora_core::value::{Object, Value};
use rand::{Rng, RngExt, SeedableRng, rngs::StdRng};

use super::super::fixture::{ITEMS, begin, insert, item, items_schema};
use super::*;
use crate::store::Timestamp;

/// The seed of this run, as elsewhere.
fn seed() -> u64 {
    let seed = std::env::var("LUNORA_SEED").map_or_else(|_| rand::random(), |text| text.parse().unwrap());
    println!("LUNORA_SEED={seed}");
    seed
}

/// A value of any kind, those included that are told apart by a bit.
fn any_value(random: &mut StdRng, depth: u32) -> Value {
    let kinds = if depth == 0 { 9 } else { 11 };
    match random.random_range(0..kinds) {
        0 => Value::Null,
        1 => Value::Bool(random.random()),
        2 => Value::Int64([0, -1, 1, i64::MIN, i64::MAX, 1 << 53][random.random_range(0..6)]),
        3 => Value::Int64(random.random()),
        4 => Value::Float64(
            [
                0.0,
                -0.0,
                f64::NAN,
                -f64::NAN,
                f64::INFINITY,
                f64::NEG_INFINITY,
                f64::MIN_POSITIVE,
            ][random.random_range(0..7)],
        ),
        5 => Value::Float64(f64::from_bits(random.random())),
        6 => Value::Float64(f64::from(random.random_range(-1_000_000..1_000_000))),
        7 => {
            let letters = ['a', '\0', 'ä', '🙂', '"', '\u{10ffff}', '\n'];
            let length = random.random_range(0..40);
            Value::String(
                (0..length)
                    .map(|_| letters[random.random_range(0..letters.len())])
                    .collect(),
            )
        }
        8 => {
            let mut bytes = vec![0; random.random_range(0..300)];
            random.fill_bytes(&mut bytes);
            Value::Bytes(bytes)
        }
        9 => Value::Array(
            (0..random.random_range(0..5))
                .map(|_| any_value(random, depth - 1))
                .collect(),
        ),
        _ => {
            let names = ["", "a", "a name", "~", "_inside", "Z9"];
            let field = |random: &mut StdRng| {
                let name = names[random.random_range(0..names.len())];
                (name, any_value(random, depth - 1))
            };
            Value::Object((0..random.random_range(0..5)).map(|_| field(random)).collect())
        }
    }
}

fn any_item(random: &mut StdRng, key: &str) -> Object {
    let mut fields = item(0.0, 0.0, key);
    fields.insert("group", any_value(random, 2));
    if random.random() {
        fields.insert("rank", any_value(random, 1));
    } else {
        fields.remove("rank");
    }
    fields.insert("more", any_value(random, 4));
    fields
}

fn fill(database: &Database, random: &mut StdRng, count: usize) {
    let mut left = count;
    while left > 0 {
        let batch = left.min(random.random_range(1..200));
        let items: Vec<_> = (0..batch)
            .map(|n| any_item(random, &format!("{}", left - n)))
            .collect();
        insert(database, items);
        left -= batch;
    }
}

#[test]
fn documents_of_every_kind_come_back_equal_with_their_indexes() {
    let random = &mut StdRng::seed_from_u64(seed());
    let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let source = open_in(from.path(), any_schema());
    fill(&source.database, random, 3_000);
    let (report, file) = try_export(&source.database, &[]);
    assert_eq!((report.documents, report.bytes), (3_000, file.len() as u64));
    assert_eq!(report.timestamp, source.store.ordered());

    let imported = try_import(
        to.path(),
        any_schema(),
        &file,
        import_options(ImportMode::IntoEmpty),
    )
    .unwrap();
    assert_eq!(imported.tables, [("items".to_owned(), 3_000)]);
    let target = open_in(to.path(), any_schema());
    assert!(source.pairs() == target.pairs(), "a pair differs");
    let check = target.database.check(|_| ()).unwrap();
    assert!(check.is_clean(), "{check}");
    // And on.
    assert_eq!(keys_of_items(&target.database).len(), 3_000);
    insert(&target.database, [item(1.0, 1.0, "new")]);
    assert!(target.database.check(|_| ()).unwrap().is_clean());
    // An export of the import is the same but for its timestamp.
    let again = tempfile::tempdir().unwrap();
    try_import(
        again.path(),
        any_schema(),
        &export(&source.database),
        import_options(ImportMode::IntoEmpty),
    )
    .unwrap();
    assert!(open_in(again.path(), any_schema()).pairs() == source.pairs());
}

#[test]
fn an_empty_store_round_trips() {
    let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let file = export(&open_in(from.path(), items_schema()).database);
    let imported = try_import(
        to.path(),
        items_schema(),
        &file,
        import_options(ImportMode::IntoEmpty),
    )
    .unwrap();
    assert_eq!(imported.documents(), 0);
    assert_eq!(open_in(to.path(), items_schema()).pairs(), []);
}

/// Every commit moves one from one group to another, so each moment has the same sum.
#[test]
fn an_export_is_of_one_moment_while_writers_go_on() {
    let dir = tempfile::tempdir().unwrap();
    let source = open_in(dir.path(), any_schema());
    let ids = insert(
        &source.database,
        (0..400_u16).map(|n| item(100.0, 0.0, &n.to_string())),
    );
    let (database, stop) = (&source.database, &AtomicBool::new(false));
    let files = std::thread::scope(|scope| {
        let writer = scope.spawn(move || {
            let random = &mut StdRng::seed_from_u64(1);
            let mut commits = 0;
            while !stop.load(Ordering::Relaxed) {
                let mut transaction = begin(database);
                for change in [-1.0, 1.0] {
                    let id = ids[random.random_range(0..ids.len())];
                    let group = transaction.get(id).unwrap().unwrap().fields.get("group").cloned();
                    let group = group.and_then(|group| group.as_f64()).unwrap() + change;
                    transaction
                        .patch(id, [("group", Some(Value::from(group)))])
                        .unwrap();
                }
                database.commit(transaction).unwrap();
                commits += 1;
            }
            commits
        });
        let files: Vec<_> = (0..10).map(|_| export(database)).collect();
        stop.store(true, Ordering::Relaxed);
        assert!(writer.join().unwrap() > 20);
        files
    });
    assert!(
        files.windows(2).any(|pair| pair[0] != pair[1]),
        "nothing was written meanwhile"
    );
    for file in files {
        let to = tempfile::tempdir().unwrap();
        try_import(
            to.path(),
            any_schema(),
            &file,
            import_options(ImportMode::IntoEmpty),
        )
        .unwrap();
        let target = open_in(to.path(), any_schema());
        let mut transaction = begin(&target.database);
        let mut scan = transaction.scan(ITEMS, None, Order::Asc).unwrap();
        let mut sum = 0.0;
        while let Some(document) = scan.next(&mut transaction).unwrap() {
            sum += document.fields.get("group").and_then(Value::as_f64).unwrap();
        }
        assert!((sum - 40_000.0).abs() < 0.5, "{sum}");
    }
}

#[test]
fn what_is_acknowledged_when_an_export_begins_is_in_it() {
    let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let source = open_in(from.path(), items_schema());
    for n in 0..50_u8 {
        insert(&source.database, [item(0.0, 0.0, &n.to_string())]);
        if n % 10 == 9 {
            let file = export(&source.database);
            try_import(
                to.path(),
                items_schema(),
                &file,
                import_options(ImportMode::Replace),
            )
            .unwrap();
            let target = open_in(to.path(), items_schema());
            assert_eq!(keys_of_items(&target.database).len(), usize::from(n) + 1);
        }
    }
}

#[test]
fn an_imported_store_continues_above_all_timestamps_that_were_seen() {
    let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    // Both clocks were far ahead: the commits of source and target lie in the future.
    let ahead = |dir: &Path, ts: u64| {
        let store = Embedded::open(dir, small()).unwrap();
        let commit = crate::store::Commit {
            ts: Timestamp(ts),
            writes: Vec::new(),
        };
        store.append(Timestamp::ZERO, &commit).unwrap();
        store.close().unwrap();
    };
    let (now, year) = (crate::database::committer::now(), 365 * 24 * 3600 * 1_000_000_000);
    ahead(from.path(), now + year);
    let source = open_in(from.path(), items_schema());
    insert(&source.database, [item(0.0, 0.0, "a")]);
    let (exported, file) = try_export(&source.database, &[]);
    assert!(exported.timestamp.0 > now + year);

    let imported = try_import(
        to.path(),
        items_schema(),
        &file,
        import_options(ImportMode::IntoEmpty),
    )
    .unwrap();
    assert_eq!(imported.exported_at, exported.timestamp);
    let target = open_in(to.path(), items_schema());
    assert!(target.store.ordered() > exported.timestamp);
    assert_eq!(target.store.ordered(), imported.continues_after);
    target.close();
    drop(target);

    let to = tempfile::tempdir().unwrap();
    ahead(to.path(), now + 2 * year);
    let before = open_in(to.path(), items_schema()).store.ordered();
    try_import(
        to.path(),
        items_schema(),
        &file,
        import_options(ImportMode::Replace),
    )
    .unwrap();
    assert!(open_in(to.path(), items_schema()).store.ordered() > before);
}

#[test]
fn progress_is_told_for_each_table_and_ends_with_all() {
    let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let source = open_in(from.path(), items_schema());
    insert(
        &source.database,
        (0..2_500_u16).map(|n| item(0.0, 0.0, &n.to_string())),
    );
    let lines = Arc::new(std::sync::Mutex::new(Vec::new()));
    let told = || {
        let lines = Arc::clone(&lines);
        Box::new(move |progress: crate::database::Progress<'_>| {
            lines.lock().unwrap().push(progress.to_string());
        })
    };
    let mut file = Vec::new();
    let options = ExportOptions {
        private: Vec::new(),
        progress: told(),
    };
    source.database.export(&mut file, options).unwrap();
    let options = ImportOptions {
        progress: told(),
        ..import_options(ImportMode::IntoEmpty)
    };
    try_import(to.path(), items_schema(), &file, options).unwrap();
    let expected = [
        "exporting items",
        "checking items of the export",
        "importing items",
    ]
    .map(|step| ["1000", "2000", "2500"].map(|done| format!("{step}: {done} of 2500")));
    assert_eq!(*lines.lock().unwrap(), expected.concat());
}
