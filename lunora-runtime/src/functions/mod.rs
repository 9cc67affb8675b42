//! Functions: what runs when somebody calls one, and who may call which.
//!
//! An application arrives as a list of items ([`App`]). From it two dispatchers of two types are built.
//! [`PublicDispatch`] is made of the public functions alone: there is no internal entry in it to find.
//! [`FullDispatch`] knows all of them; the contexts use it for nested calls, and the network may only when it
//! hands over an [`AdminCaller`], whose one constructor is the verification of an admin key.
//!
//! Who calls is decided before all that: [`Runtime::authenticate`] makes a [`Caller`] of a token (`tokens`) or an admin
//! key (`admin`).
//!
//! A call goes through `call`: kind, arguments, handler, result. Queries and mutations run on the
//! `executor`, which knows neither sockets nor timers; actions run on tokio. `http` has those that answer requests.

mod action;
mod action_ctx;
mod admin;
mod app;
mod asset;
mod auth;
mod authenticate;
mod backup;
mod blocked;
mod call;
mod call_state;
mod clock;
mod crons;
mod dispatch;
mod engine;
mod executor;
mod failure;
#[cfg(feature = "fetch")]
mod fetch;
mod function;
mod hooks;
mod http;
mod idempotency;
mod interface;
mod limits;
mod live;
mod looked;
mod mutation_ctx;
mod query_ctx;
mod query_run;
mod random;
mod results;
mod running;
mod runtime;
mod scheduler;
mod start;
mod system;
mod tokens;
mod transaction;

pub use self::backup::{Imported, UnderWay};
#[cfg(feature = "fetch")]
pub use self::fetch::Fetch;
#[cfg(feature = "fetch")]
pub(crate) use self::fetch::direct_client;
pub use self::{
    action_ctx::ActionCtx,
    admin::{
        ActingCaller, AdminCaller, AdminKey, AdminKeys, DataReader, InvalidAdminKey, JobError, JobInfo,
        JobsWanted, KeyError, KeyInfo, KeyManager, MissingScope, NewKey, Revocation, Scope, UnknownScope,
    },
    app::{App, Ctx, Entry, Handler, Item, KindOf, Listing, RunOf, entry},
    asset::Asset,
    auth::{Auth, Unauthenticated},
    authenticate::{AuthError, Authenticated, Caller, Credential, Ended, Expiry, Validity},
    blocked::{CanFetch, CanNestMutations, CanRunActions, HasDatabase, HasRng, MaySchedule},
    clock::{Clock, SystemClock},
    crons::{CronList, CronOutcome, CronProblem, CronRun, Crons, CronsError, Missed},
    dispatch::{Answer, CallError, CallRequest, FullDispatch, PublicDispatch},
    engine::EngineOptions,
    function::FunctionInfo,
    hooks::{Connection, Event, TakesConnection, TakesNothing},
    http::{
        Body, BodySource, Found, FoundAction, HttpAction, HttpActions, HttpCall, HttpOutcome, HttpRun,
        IsRequest, Request, Response, ResponseBody, RunByRequestsAlone, Streamed, TwoActions, Webhook,
    },
    idempotency::{IdempotencyKey, KEPT_REQUESTS},
    limits::CallLimits,
    live::{LiveLimits, LiveQueries, Transition, Update, WatchError, WatchRequest},
    mutation_ctx::MutationCtx,
    query_ctx::QueryCtx,
    random::{CallRng, RequestId, Seeds},
    results::{QueryOutcome, Returned, SharedValue},
    runtime::{OpenError, Runtime, SHUTDOWN_PATIENCE},
    scheduler::{Cancellation, Job, JobReader, Retries, Schedule, Scheduler},
    start::{MutationWatcher, Stalled},
    tokens::{InvalidIssuer, InvalidToken, Issuer, TokenLimits, TokenVerifier, VerifiedToken},
};
pub(crate) use self::{
    backup::{export_store, import},
    call::encode_args,
    crons::{BY_NAME, CRON, Cron, StoredCron},
    dispatch::call_error,
    hooks::{BY_GONE, CONNECTIONS, HOOK, Hooks, STARTS, Stage, StoredConnection, StoredStart},
    http::refusal,
    interface::PublicInterface,
    runtime::Catalog,
    scheduler::{Heard, JobKind, JobRunner, JobSlot, News, due, is_disk_full, job_at, kept},
    start::lost,
    system::fields_of,
};
// What makes jobs for the server itself.
pub(crate) use self::scheduler::{Desk, JobEnd, NewJob, Origin, StoredJob};
pub use crate::database::BoxFuture;
