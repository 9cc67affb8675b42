//! What a context does not have, said in our words.
//!
//! Each context has the methods that users look for in vain, hidden, with a bound that nothing satisfies: the
//! error is then this text on the user's line instead of "no method named ..". No type implements these traits.

use crate::database::Reader;

use super::{BoxFuture, CallRng};

/// The context has a database.
#[diagnostic::on_unimplemented(
    message = "an action has no database",
    label = "actions reach data through functions only",
    note = "read with `ctx.run_query(internal::..).await?`, write with `ctx.run_mutation(internal::..).await?`"
)]
pub trait HasDatabase<'a>: Sized {
    #[doc(hidden)]
    fn db(self) -> Reader<'a>;
}

/// The context runs mutations in its own transaction.
#[diagnostic::on_unimplemented(
    message = "a query cannot run a mutation",
    label = "queries only read",
    note = "make this function a `#[mutation]`, or call the mutation from an action"
)]
pub trait CanNestMutations<'a>: Sized {
    #[doc(hidden)]
    fn run_mutation<T>(self) -> BoxFuture<'a, T>;
}

/// The context runs actions.
#[diagnostic::on_unimplemented(
    message = "a query or mutation cannot run an action",
    label = "an action reaches the world, and this function may be run again by the server",
    note = "make this function an `#[action]`, or return to the caller, who runs the action next"
)]
pub trait CanRunActions<'a>: Sized {
    #[doc(hidden)]
    fn run_action<T>(self) -> BoxFuture<'a, T>;
}

/// The context can talk to the world.
#[diagnostic::on_unimplemented(
    message = "a query or mutation cannot fetch",
    label = "this function may be run again by the server, so it reaches nothing but the database",
    note = "fetch in an `#[action]` and hand the result to a mutation with `ctx.run_mutation(..)`"
)]
pub trait CanFetch<'a>: Sized {
    #[doc(hidden)]
    fn fetch<T>(self) -> BoxFuture<'a, T>;
}

/// The context has a generator of random numbers.
#[diagnostic::on_unimplemented(
    message = "an action has no `rng()`",
    label = "actions are not repeatable, so any generator does",
    note = "use the `rand` crate here; `ctx.rng()` is for queries and mutations, whose runs can be repeated in tests"
)]
pub trait HasRng<'a>: Sized {
    #[doc(hidden)]
    fn rng(self) -> CallRng<'a>;
}

/// The context schedules calls.
#[diagnostic::on_unimplemented(
    message = "a query cannot schedule or cancel",
    label = "queries only read, jobs too",
    note = "make this function a `#[mutation]` or an `#[action]`; a query looks at jobs with `get` and `list`"
)]
pub trait MaySchedule {}
