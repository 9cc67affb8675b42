//! A backend as annotated Rust functions.

#[doc(hidden)]
pub mod __private;
pub mod http;
mod macros;
pub mod prelude;

#[doc(inline)]
pub use lunora_core::{
    error::{AppError, Error, RequestError, Result},
    id::Id,
    identity::Identity,
    job::{JobId, JobState, JobStatus},
    limits::LimitExceeded,
    number,
    pagination::{Page, PaginationOptions},
    reference::{
        Action, AnyAction, AnyMutation, AnyQuery, Call, CanBeScheduled, FunctionRef, Hook, Internal, Kind,
        Mutation, Output, Public, PublicAction, PublicMutation, PublicQuery, Query,
    },
    shape::Shape,
    table::{Doc, IntoPatch, Patch, Range, Table},
    time::Time,
    value::{Bytes, Object, Value},
};
#[doc(inline)]
pub use lunora_runtime::{
    backup,
    calendar::{CronExpression, Weekday},
    cli::main,
    codegen,
    database::{
        DocumentNotFound, DocumentStream, NotUnique, Order, QueryBuilder, Reader, UniqueViolation, Writer,
    },
    functions::{
        ActionCtx, App, Asset, Auth, CallRng, Cancellation, Connection, Crons, CronsError, Issuer, Job,
        JobReader, Missed, MutationCtx, QueryCtx, Request, Response, Schedule, Scheduler, Unauthenticated,
    },
    testing,
};

#[cfg(feature = "fetch")]
#[doc(inline)]
pub use lunora_runtime::functions::Fetch;

pub use self::macros::*;
