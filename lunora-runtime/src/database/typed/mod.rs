//! The typed face of a transaction: what functions read and write with.
//!
//! All methods return a boxed future that has a name. Nothing here waits for anything; they are futures so that a
//! store on another machine needs no other signatures, and they have a name because an opaque type would make the
//! compiler report one mistake three times.

mod blocked;
mod query;
mod reader;
mod shared;
mod stream;
mod writer;

use std::{future::Future, pin::Pin};

pub use self::{
    blocked::MayWrite, query::QueryBuilder, reader::Reader, shared::SharedTransaction,
    stream::DocumentStream, writer::Writer,
};

/// A future on the heap, with a name.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
