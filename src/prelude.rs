//! What nearly every file of an application needs: `use lunora::prelude::*;`

pub use crate::{
    ActionCtx, AppError, Bytes, Call, Connection, Crons, Doc, Error, FunctionRef, Id, Identity, JobId,
    JobState, JobStatus, Missed, MutationCtx, Order, Page, PaginationOptions, QueryCtx, Request, Response,
    Result, Time, Value, Weekday, action, cron, crons, data, http_action, index, internal_action,
    internal_mutation, internal_query, mutation, on_connect, on_disconnect, on_start, query, table,
};
