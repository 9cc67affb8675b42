//! Rust: the generated module is compiled into this test.

use std::{collections::BTreeMap, fmt::Debug, path::Path, sync::Arc};

use lunora::{FunctionRef, Value};
use lunora_client::{Client, PaginationOptions};
use lunora_core::{from_value, to_value};
use lunora_runtime::{
    database::OpenOptions,
    functions::{EngineOptions, Runtime},
    server::{Server, ServerOptions},
    store::Memory,
};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    app::schema,
    generated::{
        self, Address, Adjacent, Everything, External, Flat, Level2, Level2Known, Loose, Payment, Plan,
        Record, Tree,
    },
};

#[test]
fn the_generated_text_is_the_one_that_is_meant() {
    let files = lunora::codegen::rust(&crate::app());
    assert_eq!(files.iter().map(|file| file.name).collect::<Vec<_>>(), ["api.rs"]);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/codegen/generated.rs");
    expect_test::expect_file![path].assert_eq(&files[0].text);
}

/// What the application writes, the client's type reads, and the other way round.
#[track_caller]
fn travels<A, C>(client: &C)
where
    A: Serialize + DeserializeOwned,
    C: Serialize + DeserializeOwned + PartialEq + Debug,
{
    let sent = to_value(client).unwrap();
    let read: A = from_value(sent.clone()).unwrap();
    let answered = to_value(&read).unwrap();
    assert_eq!(answered, sent);
    assert_eq!(&from_value::<C>(answered).unwrap(), client);
}

fn address() -> Address {
    Address {
        city: "Bern".into(),
        position: (46.9, 7.4),
    }
}

#[test]
fn enums_travel_as_those_of_the_application_do() {
    for plan in [Plan::Free, Plan::ProPlus] {
        travels::<schema::Plan, _>(&plan);
    }
    let external = [
        External::Nothing,
        External::Text("x".into()),
        External::Pair("x".into(), 1),
        External::Point { x_axis: 0.5 },
    ];
    for value in &external {
        travels::<schema::External, _>(value);
    }
    let payments = [
        Payment::Cash,
        Payment::Card {
            last_digits: "1234".into(),
        },
        Payment::Sent {
            city: "Bern".into(),
            position: (46.9, 7.4),
        },
    ];
    for value in &payments {
        travels::<schema::Payment, _>(value);
    }
    for value in &[Adjacent::Off, Adjacent::Level { value: 3 }] {
        travels::<schema::Adjacent, _>(value);
    }
    for value in &[
        Loose::Number(1.5),
        Loose::Text("x".into()),
        Loose::Address(address()),
    ] {
        travels::<schema::Loose, _>(value);
    }
}

#[test]
fn variants_that_are_names_stand_together_where_others_have_no_tag() {
    for value in [
        Level2::Known(Level2Known::Low),
        Level2::Known(Level2Known::HIGHEst),
        Level2::Integer(-5),
    ] {
        travels::<schema::Level, _>(&value);
    }
}

#[test]
fn structs_travel_as_those_of_the_application_do() {
    let leaf = Tree {
        label: "leaf".into(),
        branches: Vec::new(),
    };
    travels::<schema::Everything, _>(&Everything {
        flag: true,
        small: 1,
        float: 0.5,
        large: 1 << 60,
        bytes: vec![1, 2].into(),
        nothing: (),
        anything: Value::from("thing"),
        counts: BTreeMap::from([("a".to_owned(), -1)]),
        list: vec![Some("a".into()), None],
        tree: Tree {
            label: "root".into(),
            branches: vec![leaf],
        },
        odd_name: "odd".into(),
        defaulted: Some(4),
        maybe: Some(5.0),
    });
    travels::<schema::Flat, _>(&Flat {
        first: "x".into(),
        rest: BTreeMap::from([("second".to_owned(), 2)]),
    });
    travels::<schema::Record, _>(&Record { record: "x".into() });
    let customer = |address| generated::Customer {
        name: "Ada".into(),
        plan: Plan::Free,
        address,
        invited_by: None,
        balance: -5,
        limit: 5,
    };
    travels::<schema::Customer, _>(&customer(None));
    travels::<schema::Customer, _>(&customer(Some(address())));
}

#[test]
fn references_name_the_functions() {
    fn same<A: FunctionRef, C: FunctionRef>() {
        assert_eq!((C::PATH, C::ARGS), (A::PATH, A::ARGS));
    }
    same::<crate::api::customers::find, generated::customers::find>();
    same::<crate::api::customers::list_pages, generated::customers::list_pages>();
    same::<crate::api::customers::plans::list, generated::customers::plans::all>();
    same::<crate::api::values::everything, generated::values::everything>();
}

/// A client of the application, which is served for as long as the test runs.
async fn client() -> Client {
    let (store, opening) = (Arc::new(Memory::new()), OpenOptions::default());
    let runtime = Runtime::open(crate::app(), store, EngineOptions::default(), opening).unwrap();
    let options = ServerOptions {
        addr: ([127, 0, 0, 1], 0).into(),
        ..ServerOptions::default()
    };
    let server = Server::bind(runtime, options).await.unwrap();
    let url = format!("http://{}", server.local_addr());
    tokio::spawn(server.run_until(std::future::pending()));
    Client::new(&url).unwrap()
}

#[tokio::test]
async fn the_client_calls_by_the_generated_references() {
    let client = client().await;
    let ada = generated::Customer {
        name: "Ada".into(),
        plan: Plan::ProPlus,
        address: Some(address()),
        invited_by: None,
        balance: i64::MAX,
        limit: 5,
    };
    let mut pages = client
        .watch(generated::customers::list_pages(
            None,
            PaginationOptions::first(10),
        ))
        .unwrap();
    assert!(pages.next().await.unwrap().unwrap().page.is_empty());
    let id = client
        .mutation(generated::customers::add(ada.clone()))
        .await
        .unwrap();
    let found = client
        .query(generated::customers::find(id))
        .await
        .unwrap()
        .unwrap();
    assert_eq!((found.id(), &*found), (id, &ada));
    assert_eq!(pages.next().await.unwrap().unwrap().page, [found]);
    let plans = client.query(generated::customers::plans::all()).await.unwrap();
    assert_eq!(plans, [Plan::Free, Plan::ProPlus]);
    for value in [External::Nothing, External::Point { x_axis: 0.5 }] {
        let answered = client
            .action(generated::values::external(value.clone()))
            .await
            .unwrap();
        assert_eq!(answered, value);
    }
}
