//! An application on a store: what a server serves.

use std::{io, sync::Arc, time::Duration};

use lunora_core::{error::Error, reference::Visibility, shape::Shapes};

use super::{
    App, Asset, Clock, HttpActions, InvalidIssuer, TokenVerifier, TwoActions,
    admin::{AdminKeys, NewKey, StoredKey},
    app::ItemKind,
    crons::{Cron, Crons, CronsError, StoredCron},
    dispatch::{FullDispatch, PublicDispatch},
    engine::{Engine, EngineOptions, Functions},
    executor::Executor,
    failure::StoreFailure,
    function::{Function, FunctionInfo},
    hooks::{Connection, Event, Hooks, StoredConnection, StoredStart},
    http::BoundAction,
    idempotency::{self, RequestRecord},
    limits::CallLimits,
    live::{Live, LiveQueries},
    results::Results,
    running::Running,
    scheduler::{Jobs, StoredJob},
    system::SystemTransaction,
};
use crate::{
    database::{self, Database, Moment, Schema, SchemaError, TableSchema},
    store::{Store, StoreError, Timestamp},
};

/// How long a shutdown waits for calls whose callers are gone. (The server has waited for the others before.)
pub const SHUTDOWN_PATIENCE: Duration = Duration::from_secs(5);
/// How often records of requests that are too old to be repeated are removed.
const PURGE_EVERY: Duration = Duration::from_hours(1);

/// An application on an open store. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Runtime(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    engine: Arc<Engine>,
    public: PublicDispatch,
    full: FullDispatch,
    keys: AdminKeys,
    tokens: TokenVerifier,
    live: Live,
    http_actions: HttpActions,
    assets: &'static [Asset],
    crons: Arc<[Cron]>,
}

/// The application cannot run on this store.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The tables contradict each other.
    #[error(transparent)]
    Schema(#[from] SchemaError),
    /// The data does not fit the tables.
    #[error(transparent)]
    Database(#[from] database::OpenError),
    /// The server's own tables could not be read or written.
    #[error("the system tables could not be opened: {0}")]
    System(Error),
    /// Cursors are bound to the other arguments of a call, so the page has to be an argument by itself.
    #[error("`{function}`: `PaginationOptions` is an argument of its own, not a part of `{argument}`")]
    PageInside {
        /// Wire path of the function.
        function: &'static str,
        /// The argument that has it inside.
        argument: &'static str,
    },
    /// A client would say itself who has connected, or hear of another's session.
    #[error(
        "`{function}`: a public function neither takes nor returns a `Connection`, since the client could make it up, or would \
         hear of the session of another; take what it needs of it"
    )]
    ConnectionOutside {
        /// Wire path of the function.
        function: &'static str,
    },
    /// An issuer of tokens is not one that can be trusted.
    #[error(transparent)]
    Issuer(#[from] InvalidIssuer),
    /// Two HTTP actions answer to the same requests.
    #[error(transparent)]
    Routes(#[from] TwoActions),
    /// The list of crons is not one that can be run.
    #[error(transparent)]
    Crons(#[from] CronsError),
    /// A thread could not be started.
    #[error("the threads for functions could not be started: {0}")]
    Threads(#[from] io::Error),
}

/// The application's functions and tables with their shapes: what can be known without a store.
#[derive(Debug)]
pub(crate) struct Catalog {
    functions: Vec<Arc<Function>>,
    http_actions: Vec<BoundAction>,
    hooks: Vec<(Event, Arc<Function>)>,
    tables: Vec<TableSchema>,
    crons: Crons,
    shapes: Shapes,
}

impl Catalog {
    pub(crate) fn of(app: &App) -> Self {
        let mut shapes = Shapes::default();
        let (mut functions, mut tables) = (Vec::new(), Vec::new());
        let (mut http_actions, mut hooks, mut crons) = (Vec::new(), Vec::new(), Crons::new());
        for item in app.items() {
            match item.0 {
                ItemKind::Function(function) => {
                    let bound = Arc::new((function.bind)(&mut shapes));
                    match function.event {
                        None => functions.push(bound),
                        Some(event) => hooks.push((event, bound)),
                    }
                }
                ItemKind::Table(describe) => tables.push(describe(&mut shapes)),
                ItemKind::HttpAction(bind) => http_actions.extend(bind()),
                ItemKind::Crons(list) => crons = list(),
            }
        }
        tables.extend([
            TableSchema::of::<StoredKey>(&mut shapes),
            TableSchema::of::<RequestRecord>(&mut shapes),
            TableSchema::of::<StoredJob>(&mut shapes),
            TableSchema::of::<StoredConnection>(&mut shapes),
            TableSchema::of::<StoredStart>(&mut shapes),
            TableSchema::of::<StoredCron>(&mut shapes),
        ]);
        Self {
            functions,
            http_actions,
            hooks,
            tables,
            crons,
            shapes,
        }
    }

    /// Refuses functions whose cursors could not be bound to their arguments.
    fn check_pages(&self) -> Result<(), OpenError> {
        for function in &self.functions {
            let inside = function.args.iter().find(|field| {
                Some(field.name) != function.page_argument
                    && self.shapes.mentions(&field.shape, "PaginationOptions")
            });
            if let Some(field) = inside {
                return Err(OpenError::PageInside {
                    function: function.path,
                    argument: field.name,
                });
            }
        }
        Ok(())
    }

    /// Refuses public functions to which clients could say who has connected.
    fn check_connections(&self) -> Result<(), OpenError> {
        let mut public = self
            .functions
            .iter()
            .filter(|function| function.visibility == Visibility::Public);
        let outside = public.find(|function| {
            let args = function.args.iter().map(|field| &field.shape);
            args.chain([&function.returns])
                .any(|shape| self.shapes.mentions(shape, Connection::SHAPE))
        });
        outside.map_or(Ok(()), |function| {
            Err(OpenError::ConnectionOutside {
                function: function.path,
            })
        })
    }

    /// Takes the crons out, if all of them can be run.
    fn take_crons(&mut self) -> Result<Vec<Cron>, CronsError> {
        let crons = std::mem::take(&mut self.crons);
        crons.checked(|reference| {
            self.functions
                .iter()
                .any(|function| function.reference == reference)
        })
    }

    /// The functions, by path.
    pub(crate) fn functions(&self) -> Vec<FunctionInfo> {
        FunctionInfo::list(self.functions.iter(), &self.shapes)
    }

    /// The named types in arguments, results and documents.
    pub(crate) const fn shapes(&self) -> &Shapes {
        &self.shapes
    }

    pub(crate) fn schema(&self) -> Result<Schema, SchemaError> {
        Schema::new(self.tables.clone())
    }
}

impl Runtime {
    /// Opens `store` with the application's schema: adds and fills indexes, and checks documents whose table changed.
    pub fn open(
        app: App,
        store: Arc<dyn Store>,
        options: EngineOptions,
        opening: database::OpenOptions,
    ) -> Result<Self, OpenError> {
        let mut catalog = Catalog::of(&app);
        catalog.check_pages()?;
        catalog.check_connections()?;
        let crons = catalog.take_crons()?;
        let EngineOptions {
            clock,
            seeds,
            limits,
            calls,
            threads,
            query_cache_bytes,
            live,
            issuers,
            tokens,
        } = options;
        let tokens = TokenVerifier::new(app.issuers, issuers, Arc::clone(&clock), tokens)?;
        let schema = catalog.schema()?;
        let http_actions = HttpActions::new(catalog.http_actions)?;
        // Before anything else is done with it: whichever thread of the store fails, the process hears of it.
        let failure = StoreFailure::default();
        store.on_failure({
            let failure = failure.clone();
            Box::new(move |error| failure.report(&error))
        });
        let database = Database::open(store, schema, opening)?;
        let system = SystemTransaction {
            database: &database,
            now: clock.now(),
        };
        let keys = AdminKeys::load(&system).map_err(OpenError::System)?;
        let engine = Arc::new(Engine {
            results: Results::new(database.clone(), query_cache_bytes, live.watched_bytes),
            database,
            functions: Functions::new(catalog.functions),
            hooks: Arc::new(Hooks::new(catalog.hooks)),
            shapes: catalog.shapes,
            executor: Executor::start(threads)?,
            running: Running::default(),
            jobs: Jobs::new(),
            failure,
            clock,
            seeds,
            limits,
            calls,
            #[cfg(feature = "fetch")]
            http: std::sync::OnceLock::new(),
        });
        let (public, full) = (
            PublicDispatch::new(Arc::clone(&engine)),
            FullDispatch::new(Arc::clone(&engine)),
        );
        Ok(Self(Arc::new(Parts {
            engine: Arc::clone(&engine),
            public,
            full,
            keys,
            tokens,
            live: Live::start(engine, live, threads)?,
            http_actions,
            assets: app.assets,
            crons: crons.into(),
        })))
    }

    /// Runs public functions.
    pub fn public(&self) -> &PublicDispatch {
        &self.0.public
    }

    /// Runs every function, for those who may.
    pub fn full(&self) -> &FullDispatch {
        &self.0.full
    }

    /// The live queries of one client, none so far.
    pub fn connect(&self) -> LiveQueries {
        self.0.live.connect()
    }

    /// The time of all calls.
    pub(crate) fn now(&self) -> lunora_core::time::Time {
        self.0.engine.clock.now()
    }

    /// What one call may take.
    pub(crate) fn call_limits(&self) -> &CallLimits {
        &self.0.engine.calls
    }

    /// What the application wants to be called at.
    pub(crate) fn hooks(&self) -> &Arc<Hooks> {
        &self.0.engine.hooks
    }

    /// The HTTP actions of the application.
    pub fn http_actions(&self) -> &HttpActions {
        &self.0.http_actions
    }

    /// The files that a server hands out.
    pub fn assets(&self) -> &'static [Asset] {
        self.0.assets
    }

    /// What the application runs again and again.
    pub(crate) fn crons(&self) -> &Arc<[Cron]> {
        &self.0.crons
    }

    /// The keys that administrators present.
    pub fn admin_keys(&self) -> &AdminKeys {
        &self.0.keys
    }

    /// The verdict on tokens of users.
    pub fn tokens(&self) -> &TokenVerifier {
        &self.0.tokens
    }

    /// Makes the first admin key if the store has none; `keep` has to put it where its owner finds it.
    pub fn ensure_admin_key<E>(
        &self,
        keep: impl FnOnce(&NewKey) -> Result<(), E>,
    ) -> lunora_core::error::Result<Result<(), E>> {
        self.0.keys.ensure_first(&self.system(), keep)
    }

    /// The database under the functions.
    pub fn database(&self) -> &Database {
        &self.0.engine.database
    }

    /// The newest commit on disk.
    pub(crate) fn durable(&self) -> Timestamp {
        self.database().durable()
    }

    /// The same, to be read at.
    pub(crate) fn moment(&self) -> Result<Moment, StoreError> {
        self.database().moment()
    }

    /// An earlier one, if it is still there.
    pub(crate) fn moment_at(&self, ts: Timestamp) -> Result<Moment, StoreError> {
        self.database().moment_at(ts)
    }

    pub(super) fn engine(&self) -> &Arc<Engine> {
        &self.0.engine
    }

    /// The clock of all calls.
    pub(super) fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.0.engine.clock)
    }

    pub(super) fn system(&self) -> SystemTransaction<'_> {
        SystemTransaction {
            database: self.database(),
            now: self.0.engine.clock.now(),
        }
    }

    /// Removes, now and every hour, the records of requests that are too old to be repeated. Ends with the runtime.
    pub async fn purge_expired(&self) {
        loop {
            let runtime = self.clone();
            let purge = move || {
                if let Err(error) = idempotency::purge(&runtime.system()) {
                    tracing::warn!(%error, "expired request records could not be removed");
                }
            };
            if self.0.engine.executor.run("purge", PURGE_EVERY, purge).is_err() {
                tracing::warn!("expired request records stay for now: the server is overloaded");
            }
            tokio::time::sleep(PURGE_EVERY).await;
        }
    }

    /// Ends when the store has failed and nothing can be promised any more: the process should stop.
    pub async fn failed(&self) -> StoreError {
        self.0.engine.failure.wait().await
    }

    /// Whether [`Self::failed`] has ended.
    pub(crate) fn has_failed(&self) -> bool {
        self.0.engine.failure.is_known()
    }

    /// Lets no further call in, waits for those under way, and closes the store.
    pub async fn shutdown(&self) -> Result<(), StoreError> {
        self.0.live.close();
        if !self.0.engine.running.close(SHUTDOWN_PATIENCE).await {
            tracing::warn!("some calls did not end within {SHUTDOWN_PATIENCE:?}; stopping without them");
        }
        let database = self.0.engine.database.clone();
        tokio::task::spawn_blocking(move || database.close())
            .await
            .unwrap_or_else(|error| Err(StoreError::Failed(error.to_string().into())))
    }
}
