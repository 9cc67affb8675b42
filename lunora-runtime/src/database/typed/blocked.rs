//! Writes in a query: methods that exist only to say why they do not.

use lunora_core::{
    error::Result,
    id::Id,
    table::{IntoPatch, Table},
};

use super::{BoxFuture, Reader};

/// Never implemented: the bound of the writes that a query does not have.
///
/// ```compile_fail,E0277
/// # use lunora_core::{id::Id, table::Table};
/// # use lunora_runtime::database::Reader;
/// fn write<T: Table>(db: Reader<'_>, id: Id<T>) {
///     drop(db.delete(id)); // error: a query cannot write
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "a query cannot write",
    label = "this context only reads",
    note = "make the function a mutation: `#[mutation]` or `#[internal_mutation]`, with `ctx: &mut MutationCtx`"
)]
pub trait MayWrite {}

// The lifetime keeps the bound from being checked (and refused as trivially false) right here.
#[doc(hidden)]
#[allow(missing_docs, reason = "hidden")]
impl<'a> Reader<'a> {
    pub fn insert<'b, T: Table>(&'b self, _document: T) -> BoxFuture<'a, Result<Id<T>>>
    where
        &'b Self: MayWrite,
    {
        never()
    }

    pub fn patch<'b, T: Table>(&'b self, _id: Id<T>, _patch: impl IntoPatch<T>) -> BoxFuture<'a, Result<()>>
    where
        &'b Self: MayWrite,
    {
        never()
    }

    pub fn replace<'b, T: Table>(&'b self, _id: Id<T>, _document: T) -> BoxFuture<'a, Result<()>>
    where
        &'b Self: MayWrite,
    {
        never()
    }

    pub fn delete<'b, T: Table>(&'b self, _id: Id<T>) -> BoxFuture<'a, Result<()>>
    where
        &'b Self: MayWrite,
    {
        never()
    }
}

fn never<'a, T: Send + 'a>() -> BoxFuture<'a, T> {
    Box::pin(std::future::pending())
}
