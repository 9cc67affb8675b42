//! Live queries against a serial model, while others write.
//!
//! Commits take place at timestamps, so what each query gives at each of them is known once the commits are: they are
//! repeated one after the other on a model. Every transition of every connection is compared with it: all that the
//! connection holds, not only what was told anew, has to be what the model gives at the transition's timestamp.

use std::collections::{BTreeMap, BTreeSet};

use lunora::{Object, PaginationOptions, Value};
use lunora_runtime::{functions::Runtime, store::Timestamp};
use rand::{RngExt, SeedableRng, rngs::StdRng};

use crate::{
    open,
    support::{Client, mutate, named, page},
};

const NAMES: [&str; 3] = ["model a", "model b", "model c"];
const LISTS: [&str; 2] = ["model list a", "model list b"];
const RANKS: u32 = 12;
const PAGE: u32 = 3;

/// A mutation.
#[derive(Debug, Clone)]
enum Write {
    Set(&'static str, i32),
    Remove(&'static str),
    AddRow(&'static str, i32),
    RemoveRow(&'static str, i32),
}

/// A query that is watched.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Query {
    Value(&'static str),
    IsEven(&'static str),
    Expect(&'static str),
    Whose(&'static str),
    Timed(&'static str),
    Total,
    /// The first page of a list.
    Page(&'static str),
}

fn pick<T: Copy>(of: &[T], random: &mut StdRng) -> T {
    of[random.random_range(0..of.len())]
}

fn write(random: &mut StdRng) -> Write {
    let rank = |random: &mut StdRng| i32::try_from(random.random_range(0..RANKS)).unwrap();
    match random.random_range(0..10) {
        0..=4 => Write::Set(pick(&NAMES, random), random.random_range(-1..4)),
        5 => Write::Remove(pick(&NAMES, random)),
        6..=7 => Write::AddRow(pick(&LISTS, random), rank(random)),
        _ => Write::RemoveRow(pick(&LISTS, random), rank(random)),
    }
}

fn query(random: &mut StdRng) -> Query {
    match random.random_range(0..9) {
        0..=1 => Query::Value(pick(&NAMES, random)),
        2 => Query::IsEven(pick(&NAMES, random)),
        3 => Query::Expect(pick(&NAMES, random)),
        4 => Query::Whose(pick(&NAMES, random)),
        5 => Query::Timed(pick(&NAMES, random)),
        6 => Query::Total,
        _ => Query::Page(pick(&LISTS, random)),
    }
}

impl Write {
    async fn run(&self, runtime: &Runtime) -> Timestamp {
        let with = |name: &str, of: &str, number: &str, value: i32| {
            Object::from_iter([
                (name.to_owned(), Value::from(of)),
                (number.to_owned(), f64::from(value).into()),
            ])
        };
        match *self {
            Self::Set(name, value) => {
                mutate(runtime, "counters:set", with("name", name, "value", value)).await
            }
            Self::Remove(name) => mutate(runtime, "counters:remove", named(name)).await,
            Self::AddRow(list, rank) => mutate(runtime, "lists:add", with("list", list, "rank", rank)).await,
            Self::RemoveRow(list, rank) => {
                mutate(runtime, "lists:remove", with("list", list, "rank", rank)).await
            }
        }
    }
}

impl Query {
    fn watch(self, client: &mut Client, number: u32) {
        match self {
            Self::Value(name) => client.watch_named(number, "value", name),
            Self::IsEven(name) => client.watch_named(number, "isEven", name),
            Self::Expect(name) => client.watch_named(number, "expect", name),
            Self::Whose(name) => client.watch_named(number, "whose", name),
            Self::Timed(name) => client.watch_named(number, "timed", name),
            Self::Total => client.watch(number, "counters:total", Object::new()),
            Self::Page(list) => {
                let options = PaginationOptions::first(PAGE);
                client.watch(number, "lists:page", page(list, &options));
            }
        }
    }
}

/// The data, as the commits make it one after the other.
#[derive(Debug, Default, Clone)]
struct Model {
    counters: BTreeMap<&'static str, i32>,
    /// Rows by rank and then by the commit that added them, which is the order of their creation.
    rows: BTreeMap<&'static str, BTreeSet<(i32, Timestamp)>>,
}

/// What a query holds, as a text that the model can make as well.
type Shown = String;

impl Model {
    fn apply(&mut self, write: &Write, ts: Timestamp) {
        match *write {
            Write::Set(name, value) => drop(self.counters.insert(name, value)),
            Write::Remove(name) => drop(self.counters.remove(name)),
            Write::AddRow(list, rank) => drop(self.rows.entry(list).or_default().insert((rank, ts))),
            Write::RemoveRow(list, rank) => {
                let rows = self.rows.entry(list).or_default();
                let first = rows.iter().find(|row| row.0 == rank).copied();
                rows.retain(|row| Some(*row) != first);
            }
        }
    }

    /// What a query gives to `user`. `end` is the end of its page, once it has one.
    fn show(&self, query: Query, user: &str, end: &mut Option<PageEnd>) -> Shown {
        let value = |name| self.counters.get(name);
        match query {
            Query::Value(name) | Query::Timed(name) => format!("{:?}", value(name)),
            Query::IsEven(name) => value(name).is_some_and(|value| value % 2 == 0).to_string(),
            Query::Expect(name) => match value(name) {
                None => "not found".to_owned(),
                Some(value) if *value < 0 => "panic".to_owned(),
                Some(value) => value.to_string(),
            },
            Query::Whose(name) => format!("{:?}", value(name).map(|_| user)),
            Query::Total => self.counters.values().sum::<i32>().to_string(),
            Query::Page(list) => {
                let rows: Vec<_> = self.rows.get(list).into_iter().flatten().copied().collect();
                let end = end.get_or_insert_with(|| match rows.get(PAGE as usize - 1) {
                    Some(row) => PageEnd::Row(*row),
                    None => PageEnd::Last,
                });
                let page = rows.iter().filter(|row| end.includes(**row)).map(|row| row.0);
                format!("{:?}", page.collect::<Vec<_>>())
            }
        }
    }
}

/// Where a page ends: settled by its first run.
#[derive(Debug, Clone, Copy)]
enum PageEnd {
    Row((i32, Timestamp)),
    Last,
}

impl PageEnd {
    fn includes(self, row: (i32, Timestamp)) -> bool {
        match self {
            Self::Row(end) => row <= end,
            Self::Last => true,
        }
    }
}

/// What the client has, in the words of the model.
fn shown(query: Query, held: &Result<Value, String>) -> Shown {
    let whole = |value: &Value| match value {
        Value::Float64(value) => format!("{value}"),
        other => panic!("{query:?} gave {other:?}"),
    };
    let value = match held {
        Ok(value) => value,
        Err(error) if error.contains("notFound") => return "not found".to_owned(),
        Err(error) if error.contains("a negative value") => return "panic".to_owned(),
        Err(error) => panic!("{query:?} failed: {error}"),
    };
    match (query, value) {
        (_, Value::Null) => "None".to_owned(),
        (Query::Value(_) | Query::Timed(_), value) => format!("Some({})", whole(value)),
        (Query::Whose(_), Value::String(user)) => format!("{:?}", Some(user)),
        (Query::IsEven(_), Value::Bool(value)) => value.to_string(),
        (Query::Page(_), Value::Object(page)) => match page.get("page") {
            Some(Value::Array(rows)) => {
                format!("[{}]", rows.iter().map(whole).collect::<Vec<_>>().join(", "))
            }
            other => panic!("{other:?}"),
        },
        (_, value) => whole(value),
    }
}

/// A query as one connection watches it: the number tells it from the same query watched again.
type Watched = (u32, Query);

/// What a connection held after a transition.
struct Seen {
    ts: Timestamp,
    held: Vec<(Watched, Shown)>,
}

/// A connection that watches and forgets queries at random, and lags now and then. Ends at `last`.
struct Watcher {
    client: Client,
    user: String,
    queries: BTreeMap<u32, Query>,
    seen: Vec<Seen>,
    next: u32,
    random: StdRng,
}

impl Watcher {
    fn new(runtime: &Runtime, seed: u64) -> Self {
        let user = format!("user {}", seed % 3);
        Self {
            client: Client::of_user(runtime, &user),
            user,
            queries: BTreeMap::new(),
            seen: Vec::new(),
            next: 0,
            random: StdRng::seed_from_u64(seed),
        }
    }

    fn change_queries(&mut self) {
        if self.queries.len() > 5 || (!self.queries.is_empty() && self.random.random_bool(0.1)) {
            let numbers: Vec<_> = self.queries.keys().copied().collect();
            let number = pick(&numbers, &mut self.random);
            self.queries.remove(&number);
            self.client.remove(number);
        }
        if self.queries.len() < 2 || self.random.random_bool(0.2) {
            let query = query(&mut self.random);
            self.queries.insert(self.next, query);
            query.watch(&mut self.client, self.next);
            self.next += 1;
        }
    }

    async fn step(&mut self) {
        self.client.catch_up().await;
        let held = self
            .queries
            .iter()
            .map(|(number, query)| ((*number, *query), shown(*query, &self.client.held[number])));
        self.seen.push(Seen {
            ts: self.client.at,
            held: held.collect(),
        });
    }

    async fn run(mut self, mut done: tokio::sync::watch::Receiver<bool>) -> Self {
        while !*done.borrow_and_update() {
            self.change_queries();
            self.step().await;
            for _ in 0..self.random.random_range(0..6) {
                tokio::task::yield_now().await;
            }
        }
        self.step().await;
        self
    }

    /// Compares all that was seen with the model.
    fn explain(&self, writes: &[(Timestamp, Write)]) {
        let (mut model, mut applied) = (Model::default(), 0);
        let mut ends: BTreeMap<u32, Option<PageEnd>> = BTreeMap::new();
        for seen in &self.seen {
            while let Some((ts, write)) = writes.get(applied).filter(|(ts, _)| *ts <= seen.ts) {
                model.apply(write, *ts);
                applied += 1;
            }
            for ((number, query), shown) in &seen.held {
                let end = ends.entry(*number).or_default();
                let expected = model.show(*query, &self.user, end);
                assert_eq!(
                    *shown, expected,
                    "{query:?} ({number}) of {} at {}",
                    self.user, seen.ts
                );
            }
        }
        assert_eq!(
            applied,
            writes.len(),
            "the last transition is after the last write"
        );
    }
}

/// Three writers and some watchers on all threads there are.
async fn history(runtime: Runtime, seed: u64, writes: usize) {
    let (done, ended) = tokio::sync::watch::channel(false);
    let watchers: Vec<_> = (0..6)
        .map(|number| {
            let watcher = Watcher::new(&runtime, seed * 100 + number);
            tokio::spawn(watcher.run(ended.clone()))
        })
        .collect();
    let writers: Vec<_> = (0..3)
        .map(|number| {
            let (runtime, mut random) = (runtime.clone(), StdRng::seed_from_u64(seed * 100 + 50 + number));
            tokio::spawn(async move {
                let mut written = Vec::new();
                for _ in 0..writes {
                    let write = write(&mut random);
                    written.push((write.run(&runtime).await, write));
                    tokio::task::yield_now().await;
                }
                written
            })
        })
        .collect();
    let mut written = Vec::new();
    for writer in writers {
        written.extend(writer.await.unwrap());
    }
    done.send(true).unwrap();
    // What wrote nothing took place at its snapshot, and changes nothing.
    written.sort_by_key(|(ts, _)| *ts);
    for watcher in watchers {
        watcher.await.unwrap().explain(&written);
    }
}

fn seeds() -> std::ops::Range<u64> {
    let number = |name| {
        std::env::var(name)
            .ok()
            .and_then(|text: String| text.parse().ok())
    };
    match number("LUNORA_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("LUNORA_HISTORIES").unwrap_or(20),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_transition_is_what_a_serial_model_gives_at_its_timestamp() {
    for seed in seeds() {
        history(open(), seed, 60).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn also_when_durable_is_behind_ordered() {
    let app = lunora::testing::TestApp::builder(crate::app())
        .on_disk()
        .build()
        .unwrap();
    history(app.runtime().clone(), 1_000, 100).await;
}
