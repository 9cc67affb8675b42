//! The application: a table, a query and a mutation that run programs.
#![allow(clippy::elidable_lifetime_names, reason = "`Handler::RUN` names it")]

use std::cell::Cell;

use lunora_core::{
    error::{Error, Result},
    reference::{FunctionRef, Listed, Mutation, Public, Query},
    shape::{Field, Node, Shape, Shapes},
    table::{Doc, IndexSpec, Range, Table},
};
use serde::{Deserialize, Serialize};

use super::operation::{Operation, Outcome, rank};
use crate::{
    database::{Order, Reader, Writer},
    functions::{App, BoxFuture, Entry, Handler, Item, MutationCtx, QueryCtx, RunOf, entry},
    sync::simulated::pause,
};

/// The application.
pub(super) const APP: App = App::__new(&[entry::<Look>(), entry::<Change>(), entry::<Documents>()]);

thread_local! {
    /// The mutation that this thread runs.
    pub(super) static RUNNING: Cell<Option<Running>> = const { Cell::new(None) };
}

/// A mutation that is run.
#[derive(Debug, Clone, Copy)]
pub(super) struct Running {
    /// Of the call.
    pub(super) number: usize,
    /// This one included.
    pub(super) runs: u32,
}

impl Running {
    /// Another run of the call `number`.
    fn begin(number: usize) {
        let before = RUNNING.get().filter(|before| before.number == number);
        let runs = before.map_or(0, |before| before.runs) + 1;
        RUNNING.set(Some(Self { number, runs }));
    }
}

/// A list under a key, at a place.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Document {
    key: f64,
    rank: f64,
    list: Vec<f64>,
}

impl Shape for Document {
    fn shape(shapes: &mut Shapes) -> Node {
        Node::object([
            Field::of::<f64>("key", shapes),
            Field::of::<f64>("rank", shapes),
            Field::of::<Vec<f64>>("list", shapes),
        ])
    }
}

impl Table for Document {
    const NAME: &'static str = "documents";
    const INDEXES: &'static [IndexSpec] = &[
        IndexSpec {
            name: "by_key",
            fields: &[&["key"]],
            unique: true,
        },
        IndexSpec {
            name: "by_rank",
            fields: &[&["rank"]],
            unique: false,
        },
    ];
}

struct Documents;

impl Entry for Documents {
    const WIRE_NAME: &'static str = "documents";
    fn item() -> Item {
        Item::table::<Document>()
    }
}

/// The query.
pub(super) struct Look;

impl Listed for Look {
    const MODULE: &'static str = "programs";
}

impl FunctionRef for Look {
    type Place = Self;
    type Kind = Query;
    type Visibility = Public;
    type Args = (Vec<Vec<f64>>,);
    type Return = Result<Outcome>;
    const ARGS: &'static [&'static str] = &["program"];
    const NAME: &'static str = "look";
}

impl Handler for Look {
    const RUN: RunOf<Self> = {
        fn run<'a>(ctx: &'a QueryCtx, (program,): (Vec<Vec<f64>>,)) -> BoxFuture<'a, Result<Outcome>> {
            Box::pin(async move {
                let mut outcome = Outcome::new();
                for operation in &program {
                    pause();
                    outcome.push(read(ctx.db(), Operation::decode(operation)).await?);
                }
                Ok(outcome)
            })
        }
        run
    };
}

/// The mutation.
pub(super) struct Change;

impl Listed for Change {
    const MODULE: &'static str = "programs";
}

impl FunctionRef for Change {
    type Place = Self;
    type Kind = Mutation;
    type Visibility = Public;
    type Args = (Vec<Vec<f64>>, f64);
    type Return = Result<Outcome>;
    const ARGS: &'static [&'static str] = &["program", "number"];
    const NAME: &'static str = "change";
}

impl Handler for Change {
    const RUN: RunOf<Self> = {
        fn run<'a>(
            ctx: &'a mut MutationCtx,
            (program, number): (Vec<Vec<f64>>, f64),
        ) -> BoxFuture<'a, Result<Outcome>> {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "it was a small whole number"
            )]
            Running::begin(number as usize);
            Box::pin(async move {
                let mut outcome = Outcome::new();
                for operation in &program {
                    pause();
                    match Operation::decode(operation) {
                        Operation::Fail => return Err(Error::app(outcome)),
                        operation => outcome.push(write(ctx.db(), operation).await?),
                    }
                }
                Ok(outcome)
            })
        }
        run
    };
}

async fn find(db: Reader<'_>, key: u8) -> Result<Option<Doc<Document>>> {
    let by_key = Range::<Document, (f64, ())>::__new("by_key");
    db.query::<Document>()
        .with_index(by_key.eq(f64::from(key)))
        .unique()
        .await
}

async fn read(db: Reader<'_>, operation: Operation) -> Result<Vec<f64>> {
    let ranks = |from: u8, to: u8| {
        let by_rank = Range::<Document, (f64, ())>::__new("by_rank");
        by_rank.gte(f64::from(from)).lt(f64::from(to))
    };
    match operation {
        Operation::Get(key) => Ok(find(db, key).await?.map_or_else(Vec::new, |document| {
            std::iter::once(document.rank)
                .chain(document.list.iter().copied())
                .collect()
        })),
        Operation::Scan {
            from,
            to,
            most,
            descending,
        } => {
            let order = if descending { Order::Desc } else { Order::Asc };
            let found = db.query::<Document>().with_index(ranks(from, to)).order(order);
            let found = match most {
                u8::MAX => found.collect().await?,
                most => found.take(most.into()).await?,
            };
            let row = |document: Doc<Document>| {
                let mut row = vec![document.key, document.rank];
                row.extend(&document.list);
                row
            };
            Ok(found.into_iter().flat_map(row).collect())
        }
        Operation::Count { from, to } => {
            let count = db.query::<Document>().with_index(ranks(from, to)).count().await?;
            Ok(vec![f64::from(u32::try_from(count).unwrap())])
        }
        _ => Ok(Vec::new()),
    }
}

async fn write(db: Writer<'_>, operation: Operation) -> Result<Vec<f64>> {
    match operation {
        Operation::Append(key, token) => {
            let found = find(*db, key).await?;
            let mut document = found.as_deref().cloned().unwrap_or(Document {
                key: f64::from(key),
                rank: f64::from(rank(key, 0)),
                list: Vec::new(),
            });
            document.list.push(token);
            let length = document.list.len();
            put(db, found, document).await?;
            Ok(vec![f64::from(u32::try_from(length).unwrap())])
        }
        Operation::Move(key, level) => {
            let Some(found) = find(*db, key).await? else {
                return Ok(Vec::new());
            };
            let moved = Document {
                rank: f64::from(rank(key, level)),
                ..(*found).clone()
            };
            put(db, Some(found), moved).await?;
            Ok(vec![1.0])
        }
        Operation::Delete(key) => {
            let Some(found) = find(*db, key).await? else {
                return Ok(Vec::new());
            };
            db.delete(found.id()).await?;
            Ok(vec![1.0])
        }
        Operation::Copy(key, to) => {
            let Some(from) = find(*db, key).await? else {
                return Ok(Vec::new());
            };
            let found = find(*db, to).await?;
            let copy = Document {
                key: f64::from(to),
                rank: found.as_ref().map_or(f64::from(rank(to, 0)), |found| found.rank),
                list: from.list.clone(),
            };
            let length = copy.list.len();
            put(db, found, copy).await?;
            Ok(vec![f64::from(u32::try_from(length).unwrap())])
        }
        operation => read(*db, operation).await,
    }
}

async fn put(db: Writer<'_>, found: Option<Doc<Document>>, document: Document) -> Result<()> {
    match found {
        Some(found) => db.replace(found.id(), document).await,
        None => db.insert(document).await.map(drop),
    }
}
