//! What the macros expand to calls of. Not for hand-written code: it changes without notice.

pub mod names;
mod table;
mod unique;

pub use lunora_core::{
    choice,
    error::AppError,
    fields::{self, HasField},
    limits::LimitOverrides,
    reference::{Action, FunctionRef, Hook, Internal, Listed, Mutation, Public, Query},
    shape::{Field, NoShape, Node, Shape, ShapeOf, Shapes, Travels},
    table::{BY_CREATION_TIME, BY_ID, IndexSpec, IntoPatch, Patch, Range, Table},
};
pub use lunora_runtime::functions::{
    CronList, Entry, Event, Handler, HttpAction, HttpRun, Item, Listing, RunByRequestsAlone, RunOf,
    TakesConnection, TakesNothing, entry,
};
pub use serde;

pub use self::{
    table::{ListedTable, PlaceOfTable},
    unique::unique,
};
