//! A backend as annotated Rust functions.

#[doc(hidden)]
pub mod __private;
mod macros;
pub mod prelude;

#[doc(inline)]
pub use lunora_core::{
    error::{AppError, Error, RequestError, Result},
    id::Id,
    identity::Identity,
    number,
    pagination::{Page, PaginationOptions},
    reference::{
        AnyAction, AnyMutation, AnyQuery, Call, FunctionRef, Output, PublicAction, PublicMutation,
        PublicQuery,
    },
    shape::Shape,
    table::{Doc, Patch, Range, Table},
    time::Time,
    value::{Bytes, Value},
};
#[doc(inline)]
pub use lunora_runtime::{
    cli::main,
    database::Order,
    functions::{ActionCtx, App, MutationCtx, QueryCtx},
    testing,
};

pub use self::macros::*;
