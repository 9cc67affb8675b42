//! What the tests count, where they make queries wait, and a client that checks what it is told.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Arc, LazyLock, Mutex, MutexGuard, PoisonError,
        mpsc::{Receiver, Sender, channel},
    },
};

use lunora::{Identity, Object, PaginationOptions, Value};
use lunora_core::path::FunctionPath;
use lunora_runtime::{
    functions::{CallRequest, LiveQueries, RequestId, Runtime, WatchRequest},
    store::Timestamp,
};
use tokio::sync::Semaphore;

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

static RUNS: LazyLock<Mutex<HashMap<(&'static str, String), u32>>> = LazyLock::new(Mutex::default);

/// Called by queries. Each test uses names of its own.
pub fn count_run(function: &'static str, name: &str) {
    *lock(&RUNS).entry((function, name.to_owned())).or_default() += 1;
}

/// How often the query ran with this name since this was asked last.
pub fn runs(function: &'static str, name: &str) -> u32 {
    lock(&RUNS).remove(&(function, name.to_owned())).unwrap_or(0)
}

static HELD_UP: LazyLock<Mutex<HashMap<String, u32>>> = LazyLock::new(Mutex::default);

/// Lets the next `times` runs with this name take longer than they may.
pub fn hold_up(name: &str, times: u32) {
    lock(&HELD_UP).insert(name.to_owned(), times);
}

/// Whether this run is one of them.
pub fn is_held_up(name: &str) -> bool {
    let mut held_up = lock(&HELD_UP);
    let left = held_up.get_mut(name).filter(|left| **left > 0);
    left.map(|left| *left -= 1).is_some()
}

/// Where the runs of a query wait.
pub struct Gate {
    entered: Semaphore,
    let_in: Sender<()>,
    may_pass: Mutex<Receiver<()>>,
}

static GATES: LazyLock<Mutex<HashMap<String, Arc<Gate>>>> = LazyLock::new(Mutex::default);

/// The gate of this name.
pub fn gate(name: &str) -> Arc<Gate> {
    let mut gates = lock(&GATES);
    let gate = gates.entry(name.to_owned()).or_insert_with(|| {
        let (let_in, may_pass) = channel();
        Arc::new(Gate {
            entered: Semaphore::new(0),
            let_in,
            may_pass: Mutex::new(may_pass),
        })
    });
    Arc::clone(gate)
}

impl Gate {
    /// Waits until the test lets one pass.
    pub fn pass(&self) {
        self.entered.add_permits(1);
        lock(&self.may_pass).recv().unwrap();
    }

    /// Waits until a run is at the gate.
    pub async fn reached(&self) {
        self.entered.acquire().await.unwrap().forget();
    }

    /// Lets one run pass, now or when it comes.
    pub fn open(&self) {
        self.let_in.send(()).unwrap();
    }
}

/// A connection and what it was told.
pub struct Client {
    runtime: Runtime,
    pub queries: LiveQueries,
    pub identity: Option<Arc<Identity>>,
    /// What the client has of each query: a value, or the text of a failure.
    pub held: BTreeMap<u32, Result<Value, String>>,
    pub journals: BTreeMap<u32, Option<String>>,
    pub at: Timestamp,
    covered: u64,
}

impl Client {
    pub fn new(runtime: &Runtime) -> Self {
        Self {
            runtime: runtime.clone(),
            queries: runtime.connect(),
            identity: None,
            held: BTreeMap::new(),
            journals: BTreeMap::new(),
            at: Timestamp::ZERO,
            covered: 0,
        }
    }

    pub fn of_user(runtime: &Runtime, name: &str) -> Self {
        let identity = Identity::new("https://issuer.example", name);
        Self {
            identity: Some(Arc::new(identity)),
            ..Self::new(runtime)
        }
    }

    pub fn request(&self, path: &str, args: Object) -> WatchRequest {
        WatchRequest {
            path: FunctionPath::parse(path).unwrap(),
            args,
            identity: self.identity.clone(),
            journal: None,
        }
    }

    pub fn watch(&mut self, number: u32, path: &str, args: Object) {
        let request = self.request(path, args);
        self.watch_request(number, request);
    }

    pub fn watch_request(&mut self, number: u32, request: WatchRequest) {
        let watched = self.runtime.public().watch(&mut self.queries, number, request);
        watched.unwrap();
    }

    pub fn watch_named(&mut self, number: u32, function: &str, name: &str) {
        self.watch(number, &format!("counters:{function}"), named(name));
    }

    pub fn remove(&mut self, number: u32) {
        assert!(self.queries.remove(number));
        self.held.remove(&number);
        self.journals.remove(&number);
    }

    /// Takes the next transition. Returns the numbers of the queries that it updates.
    pub async fn next(&mut self, at_least: Timestamp) -> Vec<u32> {
        let transition = self.queries.next(at_least).await.unwrap();
        assert!(transition.ts >= at_least, "{} < {at_least}", transition.ts);
        assert!(
            transition.ts >= self.at,
            "back from {} to {}",
            self.at,
            transition.ts
        );
        (self.at, self.covered) = (transition.ts, transition.covers);
        for update in &transition.updates {
            let result = update.outcome.result();
            let result = result
                .map(|value| value.value().clone())
                .map_err(ToString::to_string);
            let journal = update.outcome.journal().map(str::to_owned);
            self.held.insert(update.query, result);
            self.journals.insert(update.query, journal);
        }
        transition.updates.iter().map(|update| update.query).collect()
    }

    /// Takes the next one that has something new.
    pub async fn changed(&mut self) -> Vec<u32> {
        self.next(Timestamp::ZERO).await
    }

    /// Takes what there is up to the newest commit.
    pub async fn catch_up(&mut self) -> Vec<u32> {
        let newest = self.runtime.database().durable();
        if self.at < newest || self.covered < self.queries.version() {
            self.next(newest).await
        } else {
            Vec::new()
        }
    }

    pub fn value(&self, number: u32) -> &Value {
        self.held[&number].as_ref().unwrap()
    }

    pub fn number(&self, number: u32) -> f64 {
        match self.value(number) {
            Value::Float64(value) => *value,
            other => panic!("{other:?} is no number"),
        }
    }
}

pub fn named(name: &str) -> Object {
    Object::from_iter([("name", name)])
}

/// The arguments of a page of a list.
pub fn page(list: &str, options: &PaginationOptions) -> Object {
    let options = lunora_core::value::to_value(options).unwrap();
    Object::from_iter([("list".to_owned(), list.into()), ("options".to_owned(), options)])
}

/// Calls a mutation as a client does; returns when it took place.
pub async fn mutate(runtime: &Runtime, path: &str, args: Object) -> Timestamp {
    let request = CallRequest {
        path: FunctionPath::parse(path).unwrap(),
        kind: None,
        args,
        identity: None,
        idempotency_key: None,
        at: None,
        request_id: RequestId::random(),
    };
    runtime.public().call(request).await.unwrap().ts
}

pub async fn set(runtime: &Runtime, name: &str, value: i32) -> Timestamp {
    let args = [
        ("name".to_owned(), name.into()),
        ("value".to_owned(), Value::from(f64::from(value))),
    ];
    mutate(runtime, "counters:set", Object::from_iter(args)).await
}

pub async fn remove(runtime: &Runtime, name: &str) -> Timestamp {
    mutate(runtime, "counters:remove", named(name)).await
}
