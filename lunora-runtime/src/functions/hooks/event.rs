//! What a hook is for.

use lunora_core::reference::{FunctionRef, Hook};

use super::Connection;
use crate::functions::{
    BoxFuture, MutationCtx,
    app::{Ctx, KindOf},
};

/// When a hook is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// A connection comes; a gate may refuse it.
    Connect {
        /// Whether it may.
        gate: bool,
    },
    /// A connection goes.
    Disconnect,
    /// The server starts.
    Start,
}

/// The arguments of a hook for connections.
#[diagnostic::on_unimplemented(
    message = "a hook for connections takes a `Connection` after its context",
    label = "this hook has other arguments",
    note = "write `async fn name(ctx: &mut MutationCtx, connection: Connection) -> Result<()>`"
)]
pub trait TakesConnection {}
#[diagnostic::do_not_recommend]
impl TakesConnection for (Connection,) {}

/// The arguments of a hook for the start.
#[diagnostic::on_unimplemented(
    message = "a hook for the start takes nothing but its context",
    label = "this hook has arguments",
    note = "write `async fn name(ctx: &mut MutationCtx) -> Result<()>`"
)]
pub trait TakesNothing {}
#[diagnostic::do_not_recommend]
impl TakesNothing for () {}

impl Event {
    /// A hook with the arguments `A` is called when a connection comes.
    pub const fn connect<A: TakesConnection>(gate: bool) -> Self {
        Self::Connect { gate }
    }

    /// The same when a connection goes.
    pub const fn disconnect<A: TakesConnection>() -> Self {
        Self::Disconnect
    }

    /// The same when the server starts.
    pub const fn start<A: TakesNothing>() -> Self {
        Self::Start
    }
}

impl KindOf for Hook {
    type Run<F: FunctionRef> = for<'a> fn(&'a mut MutationCtx, F::Args) -> BoxFuture<'a, F::Return>;

    fn __call<F: FunctionRef>(
        run: Self::Run<F>,
        ctx: Ctx<'_>,
        args: F::Args,
    ) -> Option<BoxFuture<'_, F::Return>> {
        match ctx {
            Ctx::Mutation(ctx) => Some(run(ctx, args)),
            _ => None,
        }
    }
}
