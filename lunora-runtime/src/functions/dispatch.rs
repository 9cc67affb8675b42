//! The two dispatchers: one that clients reach, one that the server and its administrators do.

use std::{
    collections::HashMap,
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use lunora_core::{
    error::{Error, RequestError},
    identity::Identity,
    path::FunctionPath,
    reference::{FunctionRef, Kind, Visibility},
    value::Object,
};

use super::{
    BoxFuture,
    admin::AdminCaller,
    engine::Engine,
    executor::PoolFull,
    function::{Function, FunctionInfo},
    idempotency::{IdempotencyKey, RequestKey},
    live::{LiveQueries, WatchError, WatchRequest},
    random::RequestId,
    results::{CallerClass, Returned},
    start::{MutationWatcher, Noted, Stalled, refuse},
};
use crate::{database::Moment, store::Timestamp};

/// A call as it arrives.
#[derive(Debug)]
pub struct CallRequest {
    /// The function.
    pub path: FunctionPath,
    /// The kind that the caller takes it for; `None` for entries that run any kind.
    pub kind: Option<Kind>,
    /// Its arguments.
    pub args: Object,
    /// Who is calling.
    pub identity: Option<Arc<Identity>>,
    /// With it, a mutation that has been committed is not run a second time.
    pub idempotency_key: Option<IdempotencyKey>,
    /// Id of this request.
    pub request_id: RequestId,
    /// What a query reads at; the newest commit on disk if it does not say.
    pub at: Option<Moment>,
}

/// The result of a call.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// What the function returned.
    pub value: Returned,
    /// The commit that a mutation made, or the one that a query read at; for an action 0.
    pub ts: Timestamp,
}

/// Why there is no result.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// The function refused the call or failed.
    #[error("{0}")]
    Function(Error),
    /// Too many calls wait already.
    #[error("Overloaded: the server has as many calls waiting as it takes; try again in {retry_after:?}")]
    Overloaded {
        /// When it is worth trying again.
        retry_after: Duration,
    },
    /// The server is about to stop.
    #[error("ShuttingDown: the server is about to stop; try again in a moment")]
    ShuttingDown,
    /// The admin key that the call is made with has been revoked since it was verified.
    #[error("BadAdminKey: the admin key has been revoked")]
    KeyRevoked,
}

/// The same as an error of a function, for callers inside the server.
pub(crate) fn call_error(error: CallError) -> Error {
    match error {
        CallError::Function(error) => error,
        other => Error::internal(other.to_string()),
    }
}

impl From<Error> for CallError {
    fn from(error: Error) -> Self {
        Self::Function(error)
    }
}

impl From<PoolFull> for CallError {
    fn from(_: PoolFull) -> Self {
        Self::Overloaded {
            retry_after: Duration::from_secs(1),
        }
    }
}

/// Runs public functions. It was built from them alone, so no request can make it find another.
pub struct PublicDispatch {
    functions: HashMap<&'static str, Arc<Function>>,
    engine: Arc<Engine>,
    lookups: AtomicU64,
}

impl PublicDispatch {
    pub(super) fn new(engine: Arc<Engine>) -> Self {
        let public = engine
            .functions
            .iter()
            .filter(|function| function.visibility == Visibility::Public);
        let functions = public
            .map(|function| (function.path, Arc::clone(function)))
            .collect();
        Self {
            functions,
            engine,
            lookups: AtomicU64::new(0),
        }
    }

    /// Runs a public function. Names of internal functions and names of none take one path to one refusal.
    pub fn call(&self, request: CallRequest) -> BoxFuture<'_, Result<Answer, CallError>> {
        Box::pin(async move {
            let function = self.find(&request.path)?;
            let key = RequestKey::of_client(&request);
            self.engine
                .call(function, request, CallerClass::Public, key)
                .await
        })
    }

    /// Starts a public mutation and does not wait for it; `watcher` hears how it goes. Names of internal functions and
    /// names of none take one path to one refusal.
    pub fn start(&self, request: CallRequest, watcher: impl MutationWatcher) -> Option<Stalled> {
        match self.find(&request.path) {
            Ok(function) => {
                let key = RequestKey::of_client(&request);
                self.engine
                    .start(function, request, CallerClass::Public, key, watcher)
            }
            Err(error) => {
                refuse(watcher, error);
                None
            }
        }
    }

    /// Lets `queries` watch a public query under `number`, in the place of what it watched under it before. A refusal
    /// is a result of the query; that it watches too many is an error.
    pub fn watch(
        &self,
        queries: &mut LiveQueries,
        number: u32,
        request: WatchRequest,
    ) -> Result<(), WatchError> {
        let function = self.find(&request.path);
        queries.set(number, request, CallerClass::Public, function)
    }

    /// Names of internal functions and names of none take this one path to one refusal.
    pub(super) fn find(&self, path: &FunctionPath) -> Result<&Arc<Function>, Error> {
        self.lookups.fetch_add(1, Ordering::Relaxed);
        let refusal = || Error::request(RequestError::NoPublicFunction(path.to_string()));
        self.functions.get(path.as_str()).ok_or_else(refusal)
    }

    /// The path of the public function whose reference is `F`. Any other type is refused as an unknown name is.
    pub(crate) fn path_of<F: FunctionRef>(&self) -> Result<FunctionPath, Error> {
        let function = self.functions.get(F::PATH);
        if function.is_some_and(|function| function.is::<F>()) {
            return Ok(FunctionPath::parse(F::PATH)?);
        }
        Err(Error::request(RequestError::NoPublicFunction(F::PATH.to_owned())))
    }

    /// How often a name has been looked up: what the test of the boundary counts.
    #[doc(hidden)]
    pub fn lookups(&self) -> u64 {
        self.lookups.load(Ordering::Relaxed)
    }
}

impl fmt::Debug for PublicDispatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PublicDispatch")
            .field("functions", &self.functions.len())
            .finish_non_exhaustive()
    }
}

/// Runs every function. The network gets at it only with an [`AdminCaller`].
pub struct FullDispatch {
    engine: Arc<Engine>,
}

impl FullDispatch {
    pub(super) const fn new(engine: Arc<Engine>) -> Self {
        Self { engine }
    }

    /// Runs any function for the holder of an admin key, and leaves an audit line when it is over. Run this to its
    /// end: a future that is dropped leaves none.
    pub fn call<'a>(
        &'a self,
        caller: &'a AdminCaller,
        request: CallRequest,
    ) -> BoxFuture<'a, Result<Answer, CallError>> {
        Box::pin(async move {
            let (path, id) = (request.path.clone(), request.request_id);
            let user = request
                .identity
                .as_ref()
                .map(|identity| identity.token_identifier.clone());
            let key = RequestKey::of_admin(&request, caller);
            let result = if caller.revocation().is_over() {
                Err(CallError::KeyRevoked)
            } else {
                self.run(request, CallerClass::Admin, key).await
            };
            caller.audit(&path, id, user.as_deref(), &result);
            result
        })
    }

    /// Starts any mutation for the holder of an admin key, as [`PublicDispatch::start`] does, and leaves an audit line
    /// when it is over.
    pub fn start(
        &self,
        caller: &Arc<AdminCaller>,
        request: CallRequest,
        watcher: impl MutationWatcher,
    ) -> Option<Stalled> {
        let (auditor, path, id) = (Arc::clone(caller), request.path.clone(), request.request_id);
        let user = request.identity.as_ref();
        let user = user.map(|identity| identity.token_identifier.clone());
        let watcher = Noted {
            watcher,
            note: move |result: &_| auditor.audit(&path, id, user.as_deref(), result),
        };
        let function = if caller.revocation().is_over() {
            Err(CallError::KeyRevoked)
        } else {
            self.find(&request.path).map_err(CallError::from)
        };
        match function {
            Ok(function) => {
                let key = RequestKey::of_admin(&request, caller);
                self.engine
                    .start(function, request, CallerClass::Admin, key, watcher)
            }
            Err(error) => {
                refuse(watcher, error);
                None
            }
        }
    }

    /// Runs any function for the process itself: its command line and its tests.
    pub(crate) async fn call_as_server(&self, request: CallRequest) -> Result<Answer, CallError> {
        self.run(request, CallerClass::Server, None).await
    }

    async fn run(
        &self,
        request: CallRequest,
        class: CallerClass,
        key: Option<RequestKey>,
    ) -> Result<Answer, CallError> {
        let function = self.find(&request.path)?;
        self.engine.call(function, request, class, key).await
    }

    /// The same as [`PublicDispatch::watch`] for any query, on behalf of the holder of an admin key. Leaves an audit
    /// line.
    pub fn watch(
        &self,
        caller: &AdminCaller,
        queries: &mut LiveQueries,
        number: u32,
        request: WatchRequest,
    ) -> Result<(), WatchError> {
        let is_over = caller.revocation().is_over();
        let function = self.find(&request.path);
        caller.audit_watch(&request, !is_over && function.is_ok());
        if is_over {
            return Err(WatchError::KeyRevoked);
        }
        queries.set(number, request, CallerClass::Admin, function)
    }

    /// Watches any query for the process itself: for its tests.
    pub(crate) fn watch_as_server(
        &self,
        queries: &mut LiveQueries,
        number: u32,
        request: WatchRequest,
    ) -> Result<(), WatchError> {
        let function = self.find(&request.path);
        queries.set(number, request, CallerClass::Server, function)
    }

    fn find(&self, path: &FunctionPath) -> Result<&Arc<Function>, Error> {
        let refusal = || Error::request(RequestError::NoFunction(path.to_string()));
        self.engine.functions.find(path.as_str()).ok_or_else(refusal)
    }

    /// The path of the function whose reference is `F`.
    pub(crate) fn path_of<F: FunctionRef>(&self) -> Result<FunctionPath, Error> {
        Ok(FunctionPath::parse(
            self.engine.functions.referenced::<F>()?.path,
        )?)
    }

    /// What there is to call, for administrators.
    pub fn functions(&self, _caller: &AdminCaller) -> Vec<FunctionInfo> {
        FunctionInfo::list(self.engine.functions.iter(), &self.engine.shapes)
    }
}

impl fmt::Debug for FullDispatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FullDispatch")
    }
}
