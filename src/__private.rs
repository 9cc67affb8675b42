//! What the macros expand to calls of. Not for hand-written code: it changes without notice.

mod table;
mod unique;

pub use lunora_core::{
    error::AppError,
    limits::LimitOverrides,
    reference::{Action, FunctionRef, Internal, Listed, Mutation, Public, Query},
    shape::{Field, Node, Shape, Shapes},
    table::{BY_CREATION_TIME, BY_ID, HasField, IndexSpec, Patch, Range, Table},
};
pub use lunora_runtime::functions::{Entry, Handler, Item, RunOf};
pub use serde;

pub use self::{table::ListedTable, unique::assert_unique};
