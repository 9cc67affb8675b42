//! One directory of data, opened by one application after another.

#![allow(unreachable_pub, reason = "an application is written as a library is")]

use lunora::testing::TestApp;
use serde_json::json;
use std::path::Path;

/// The application of a version, around the attributes and fields of its only table.
macro_rules! version {
    ($name:ident, [$($index:tt)*], $stars:ty, { $($more:tt)* }, |$title:ident, $given:ident| $make:expr, $find:expr) => {
        mod $name {
            mod notes {
                use lunora::prelude::*;

                /// A note.
                #[table("notes")]
                $($index)*
                #[derive(Debug)]
                pub struct Note {
                    pub title: String,
                    pub stars: $stars,
                    $($more)*
                }

                #[mutation]
                pub async fn add(ctx: &mut MutationCtx, title: String, stars: u32) -> Result<Id<Note>> {
                    let make = |$title: String, $given: u32| $make;
                    ctx.db().insert(make(title, stars)).await
                }

                /// How many have this title.
                #[query]
                pub async fn count(ctx: &QueryCtx, title: String) -> Result<u64> {
                    let find: fn(QueryOf<'_>, String) -> QueryOf<'_> = $find;
                    find(ctx.db().query::<Note>(), title).count().await
                }

                type QueryOf<'a> = lunora_runtime::database::QueryBuilder<'a, Note>;
            }
            lunora::app! { notes::{Note, add, count} }
        }
    };
}

version!(
    plain,
    [],
    u32,
    {},
    |title, stars| Note { title, stars },
    |query, title| query.filter(move |note| note.title == title)
);
version!(
    indexed,
    [#[index(by_title(title))]],
    u32,
    {},
    |title, stars| Note { title, stars },
    |query, title| query.with_index(Note::by_title().eq(title))
);
version!(
    unique,
    [#[index(by_title(title), unique)]],
    u32,
    {},
    |title, stars| Note { title, stars },
    |query, title| query.with_index(Note::by_title().eq(title))
);
version!(
    texts,
    [],
    String,
    {},
    |title, stars| Note {
        title,
        stars: stars.to_string()
    },
    |query, title| query.filter(move |note| note.title == title)
);
version!(
    wider,
    [],
    u32,
    { pub color: Option<String> },
    |title, stars| Note { title, stars, color: Some("red".into()) },
    |query, title| query.filter(move |note| note.title == title)
);

version!(
    small,
    [#[index(by_stars(stars))]],
    u32,
    {},
    |title, stars| Note { title, stars },
    |query, title| query.with_index(Note::by_stars().eq(title.parse::<u32>().unwrap_or_default()))
);
version!(
    big,
    [#[index(by_stars(stars))]],
    u64,
    {},
    |title, stars| Note {
        title,
        stars: stars.into()
    },
    |query, title| query.with_index(Note::by_stars().eq(title.parse::<u64>().unwrap_or_default()))
);

fn open(app: lunora::App, directory: &Path) -> lunora::Result<TestApp> {
    TestApp::builder(app).in_directory(directory).build()
}

async fn add(app: &TestApp, title: &str) -> String {
    let args = json!({"title": title, "stars": 3.0});
    app.run_as("notes:add", args).await.unwrap()
}

async fn count(app: &TestApp, title: &str) -> u64 {
    app.run_as("notes:count", json!({"title": title})).await.unwrap()
}

#[track_caller]
fn assert_clean(app: &TestApp) {
    let report = app.runtime().database().check(|_| ()).unwrap();
    assert!(report.is_clean(), "{report}");
}

#[tokio::test]
async fn a_new_index_has_what_was_there_before() {
    let directory = tempfile::tempdir().unwrap();
    let app = open(plain::app(), directory.path()).unwrap();
    for title in ["a", "b", "a"] {
        add(&app, title).await;
    }
    app.close().await.unwrap();

    let app = open(indexed::app(), directory.path()).unwrap();
    assert_eq!(
        (
            count(&app, "a").await,
            count(&app, "b").await,
            count(&app, "c").await
        ),
        (2, 1, 0)
    );
    add(&app, "b").await;
    assert_clean(&app);
    app.close().await.unwrap();

    // Without the index, which is not kept up meanwhile, and with it again.
    let app = open(plain::app(), directory.path()).unwrap();
    assert_eq!(count(&app, "b").await, 2);
    add(&app, "c").await;
    assert_clean(&app);
    app.close().await.unwrap();
    let app = open(indexed::app(), directory.path()).unwrap();
    assert_eq!(
        (
            count(&app, "a").await,
            count(&app, "b").await,
            count(&app, "c").await
        ),
        (2, 2, 1)
    );
    assert_clean(&app);
    app.close().await.unwrap();
}

#[tokio::test]
async fn a_document_that_does_not_fit_stops_the_start_and_stays() {
    let directory = tempfile::tempdir().unwrap();
    let app = open(plain::app(), directory.path()).unwrap();
    let id = add(&app, "a").await;
    app.close().await.unwrap();

    let error = open(texts::app(), directory.path()).unwrap_err().to_string();
    for part in ["`notes`", &id, "stars", "string"] {
        assert!(error.contains(part), "{part} is not named: {error}");
    }

    let app = open(plain::app(), directory.path()).unwrap();
    assert_eq!(count(&app, "a").await, 1);
    assert_clean(&app);
    app.close().await.unwrap();
}

/// An index has what is stored, and would not have it under what it is read as.
#[tokio::test]
async fn a_plain_number_that_is_to_be_a_bigint_stops_the_start() {
    let directory = tempfile::tempdir().unwrap();
    let app = open(small::app(), directory.path()).unwrap();
    let id = add(&app, "a").await;
    app.close().await.unwrap();

    let error = open(big::app(), directory.path()).unwrap_err().to_string();
    for part in ["`notes`", &id, "stars: expected bigint, got number"] {
        assert!(error.contains(part), "{part} is not named: {error}");
    }
    let app = open(small::app(), directory.path()).unwrap();
    assert_eq!(count(&app, "3").await, 1);
    assert_clean(&app);
    app.close().await.unwrap();
}

#[tokio::test]
async fn a_unique_index_over_equal_documents_stops_the_start() {
    let directory = tempfile::tempdir().unwrap();
    let app = open(plain::app(), directory.path()).unwrap();
    let ids = [add(&app, "a").await, add(&app, "a").await];
    app.close().await.unwrap();

    let error = open(unique::app(), directory.path()).unwrap_err().to_string();
    for part in ["`by_title`", "`notes`", &ids[0], &ids[1]] {
        assert!(error.contains(part), "{part} is not named: {error}");
    }
    let app = open(indexed::app(), directory.path()).unwrap();
    assert_eq!(count(&app, "a").await, 2);
    assert_clean(&app);
    app.close().await.unwrap();
}

#[tokio::test]
async fn an_optional_field_may_come_and_go() {
    let directory = tempfile::tempdir().unwrap();
    let app = open(plain::app(), directory.path()).unwrap();
    add(&app, "old").await;
    app.close().await.unwrap();
    let app = open(wider::app(), directory.path()).unwrap();
    assert_eq!(count(&app, "old").await, 1);
    add(&app, "new").await;
    app.close().await.unwrap();
    let app = open(plain::app(), directory.path()).unwrap();
    assert_eq!((count(&app, "old").await, count(&app, "new").await), (1, 1));
    assert_clean(&app);
    app.close().await.unwrap();
}

#[tokio::test]
async fn a_directory_is_open_once() {
    let directory = tempfile::tempdir().unwrap();
    let app = open(plain::app(), directory.path()).unwrap();
    let error = open(plain::app(), directory.path()).unwrap_err().to_string();
    assert!(error.contains(directory.path().to_str().unwrap()), "{error}");
    app.close().await.unwrap();
    open(plain::app(), directory.path())
        .unwrap()
        .close()
        .await
        .unwrap();
}
