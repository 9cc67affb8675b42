//! The server's side of a test.

use std::{path::PathBuf, sync::Arc, time::Duration};

use lunora_core::{
    error::{Error, Result},
    identity::Identity,
    path::FunctionPath,
    reference::{Call, FunctionRef, IsAction, IsMutation, IsQuery, Output},
    shape::Shape,
    value::{Object, Value, from_value, to_value},
};
use serde::Serialize;
use tokio::{runtime::Handle, sync::Mutex};

use super::{
    TestClient, TestClock,
    directory::TemporaryDirectory,
    watch::{NUMBER, View, Watch},
};
use crate::{
    database::OpenOptions,
    functions::{
        App, BoxFuture, CallRequest, EngineOptions, RequestId, Runtime, Seeds, WatchRequest, call_error,
        encode_args,
    },
    server::InProcess,
    store::{Embedded, Memory, Options, Store},
    triggers::VirtualTime,
};

/// An application on a store of its own, inside the test's process.
///
/// Methods return futures that need a tokio runtime (`#[tokio::test]`), because actions do.
#[derive(Debug, Clone)]
pub struct TestApp {
    runtime: Runtime,
    clock: TestClock,
    identity: Option<Arc<Identity>>,
    in_process: InProcess,
    /// Made when it is first needed, on the test's tokio runtime.
    time: Arc<Mutex<Option<VirtualTime>>>,
    /// Removed when the last of the test's handles is dropped.
    directory: Option<Arc<TemporaryDirectory>>,
}

/// How a [`TestApp`] is set up.
#[derive(Debug)]
pub struct TestAppBuilder {
    app: App,
    place: Place,
    clock: TestClock,
    seed: Option<u64>,
}

#[derive(Debug)]
enum Place {
    Memory,
    Temporary,
    Directory(PathBuf),
}

impl TestAppBuilder {
    /// On disk, in a temporary directory that goes with the test. (Without this, in memory.)
    #[must_use]
    pub fn on_disk(self) -> Self {
        Self {
            place: Place::Temporary,
            ..self
        }
    }

    /// On disk, in a directory that stays: to close an application and open it again.
    #[must_use]
    pub fn in_directory(self, path: impl Into<PathBuf>) -> Self {
        Self {
            place: Place::Directory(path.into()),
            ..self
        }
    }

    /// With this clock.
    #[must_use]
    pub fn clock(self, clock: TestClock) -> Self {
        Self { clock, ..self }
    }

    /// With randomness that follows from `seed`: ids and `ctx.rng()` are the same in every run of the test.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        Self {
            seed: Some(seed),
            ..self
        }
    }

    /// Opens the store and the application on it.
    pub fn build(self) -> Result<TestApp> {
        let (store, directory): (Arc<dyn Store>, _) = match self.place {
            Place::Memory => (Arc::new(Memory::new()), None),
            Place::Directory(path) => (Arc::new(Embedded::open(&path, Options::default())?), None),
            Place::Temporary => {
                let directory = TemporaryDirectory::new()?;
                (
                    Arc::new(Embedded::open(directory.path(), Options::default())?),
                    Some(Arc::new(directory)),
                )
            }
        };
        let clock = self.clock;
        let seeds = self.seed.map_or(Seeds::System, Seeds::fixed);
        let options = EngineOptions {
            clock: Arc::new(clock.clone()),
            seeds,
            ..EngineOptions::default()
        };
        let runtime = Runtime::open(self.app, store, options, OpenOptions::default())?;
        Ok(TestApp {
            in_process: InProcess::new(runtime.clone()),
            runtime,
            clock,
            identity: None,
            time: Arc::default(),
            directory,
        })
    }
}

impl TestApp {
    /// The application in memory, with a clock of its own.
    pub fn new(app: App) -> Result<Self> {
        Self::builder(app).build()
    }

    /// The application with settings.
    pub fn builder(app: App) -> TestAppBuilder {
        TestAppBuilder {
            app,
            place: Place::Memory,
            clock: TestClock::default(),
            seed: None,
        }
    }

    /// The clock of the application.
    pub fn clock(&self) -> &TestClock {
        &self.clock
    }

    /// The same application, called for a user.
    #[must_use]
    pub fn as_user(&self, identity: Identity) -> Self {
        Self {
            runtime: self.runtime.clone(),
            clock: self.clock.clone(),
            identity: Some(Arc::new(identity)),
            in_process: self.in_process.clone(),
            time: Arc::clone(&self.time),
            directory: self.directory.clone(),
        }
    }

    /// What a client can do with the application, for the same user.
    pub fn client(&self) -> TestClient {
        TestClient::new(self.runtime.clone(), self.identity.clone())
    }

    pub(super) const fn in_process(&self) -> &InProcess {
        &self.in_process
    }

    pub(super) const fn identity(&self) -> Option<&Arc<Identity>> {
        self.identity.as_ref()
    }

    /// What a server would serve.
    pub fn runtime(&self) -> &Runtime {
        &self.runtime
    }

    /// Runs a query, public or internal.
    pub fn query<F: FunctionRef<Kind: IsQuery>>(&self, call: Call<F>) -> BoxFuture<'_, Result<Output<F>>> {
        self.call(call)
    }

    /// Runs a mutation, public or internal.
    pub fn mutation<F: FunctionRef<Kind: IsMutation>>(
        &self,
        call: Call<F>,
    ) -> BoxFuture<'_, Result<Output<F>>> {
        self.call(call)
    }

    /// Runs an action, public or internal.
    pub fn action<F: FunctionRef<Kind: IsAction>>(&self, call: Call<F>) -> BoxFuture<'_, Result<Output<F>>> {
        self.call(call)
    }

    /// Watches a query, public or internal.
    pub fn watch<F: FunctionRef<Kind: IsQuery>>(&self, call: Call<F>) -> Result<Watch<F>> {
        let mut queries = self.runtime.connect();
        let request = WatchRequest {
            path: self.runtime.full().path_of::<F>()?,
            args: encode_args(call)?,
            identity: self.identity.clone(),
            journal: None,
        };
        self.runtime
            .full()
            .watch_as_server(&mut queries, NUMBER, request)?;
        Ok(Watch::new(queries, self.runtime.clone(), View::Server))
    }

    fn call<F: FunctionRef>(&self, call: Call<F>) -> BoxFuture<'_, Result<Output<F>>> {
        Box::pin(async move {
            let args = encode_args(call)?;
            let path = self.runtime.full().path_of::<F>()?;
            Ok(from_value(self.run_object(path, args).await?)?)
        })
    }

    /// Runs any function by its wire name, with arguments that serialize to an object (such as `json!({..})`).
    ///
    /// Integers that a plain number holds travel as one, as they do from `run` on the command line.
    pub fn run<'a>(&'a self, path: &'a str, args: impl Serialize) -> BoxFuture<'a, Result<Value>> {
        let args = to_value(&args);
        Box::pin(async move {
            let args = args?.into_object().map_err(|other| {
                Error::internal(format!("the arguments are an object, not {}", other.kind_name()))
            })?;
            let args = args.into_iter().map(|(name, value)| (name, plain(value)));
            self.run_object(FunctionPath::parse(path)?, args.collect()).await
        })
    }

    /// Runs any function by its wire name and decodes its result.
    pub fn run_as<'a, T: Shape>(&'a self, path: &'a str, args: impl Serialize) -> BoxFuture<'a, Result<T>> {
        let value = self.run(path, args);
        Box::pin(async move { Ok(from_value(value.await?)?) })
    }

    async fn run_object(&self, path: FunctionPath, args: Object) -> Result<Value> {
        let request = CallRequest {
            path,
            kind: None,
            args,
            identity: self.identity.clone(),
            idempotency_key: None,
            request_id: RequestId::random(),
            at: None,
        };
        let answer = self.runtime.full().call_as_server(request).await;
        answer.map(|answer| answer.value.into_value()).map_err(call_error)
    }

    /// Moves the clock on by `by`, from one time to the next at which a job falls due, and runs what does: one job after
    /// the other, in the order of their times, retries and what jobs schedule included. Nothing is left to do when this
    /// returns. Until it is called, jobs wait, also those that are due.
    ///
    /// ```no_run
    /// # use std::time::Duration;
    /// # async fn example(app: lunora_runtime::testing::TestApp) -> lunora_core::error::Result<()> {
    /// app.advance(Duration::from_hours(1)).await?; // what was scheduled for within the hour has run
    /// # Ok(())
    /// # }
    /// ```
    pub fn advance(&self, by: Duration) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move {
            let mut time = self.time.lock().await;
            let time = time.get_or_insert_with(|| VirtualTime::new(&self.runtime, Handle::current()));
            time.pass(self.clock.now() + by, |now| self.clock.set(now)).await
        })
    }

    /// Finishes what runs and closes the store.
    pub async fn close(self) -> Result<()> {
        Ok(self.runtime.shutdown().await?)
    }
}

/// The value with plain numbers where a client that knows no other would have them.
fn plain(value: Value) -> Value {
    /// 2^53: up to here every integer is a double.
    const EXACT: u64 = 1 << 53;
    match value {
        #[allow(clippy::cast_precision_loss, reason = "there is none within the bound")]
        Value::Int64(integer) if integer.unsigned_abs() <= EXACT => Value::Float64(integer as f64),
        Value::Array(items) => Value::Array(items.into_iter().map(plain).collect()),
        Value::Object(fields) => {
            let fields = fields.into_iter().map(|(name, value)| (name, plain(value)));
            Value::Object(fields.collect())
        }
        other => other,
    }
}
