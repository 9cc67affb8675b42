//! What nearly every file of an application needs: `use lunora::prelude::*;`

pub use crate::{
    ActionCtx, AppError, Bytes, Call, Doc, Error, FunctionRef, Id, Identity, JobId, JobState, JobStatus,
    MutationCtx, Order, Page, PaginationOptions, QueryCtx, Request, Response, Result, Time, Value, action,
    data, http_action, index, internal_action, internal_mutation, internal_query, mutation, query, table,
};
