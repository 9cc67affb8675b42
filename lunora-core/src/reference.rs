//! Typed references to functions: what `api` and `internal` are made of.

use std::{fmt, marker::PhantomData};

use crate::{
    arguments::Arguments,
    error::{Error, Result},
    limits::LimitOverrides,
    shape::Shape,
};

/// Marks a function as a query.
#[derive(Debug, Clone, Copy)]
pub enum Query {}
/// Marks a function as a mutation.
#[derive(Debug, Clone, Copy)]
pub enum Mutation {}
/// Marks a function as an action.
#[derive(Debug, Clone, Copy)]
pub enum Action {}
/// Marks a function that the server calls at an event, and nobody else.
#[derive(Debug, Clone, Copy)]
pub enum Hook {}
/// Marks a function that clients may call.
#[derive(Debug, Clone, Copy)]
pub enum Public {}
/// Marks a function that only the server may call.
#[derive(Debug, Clone, Copy)]
pub enum Internal {}

/// What a function may do, as a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Reads.
    Query,
    /// Reads and writes in one transaction.
    Mutation,
    /// Talks to the world and reaches data through functions.
    Action,
}

impl Kind {
    /// `Query`, `Mutation` or `Action`, as error messages spell it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Query => "Query",
            Self::Mutation => "Mutation",
            Self::Action => "Action",
        }
    }
}

/// Who may call a function, as a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Visibility {
    /// Clients and the server.
    Public,
    /// The server alone.
    Internal,
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Query {}
    impl Sealed for super::Mutation {}
    impl Sealed for super::Action {}
    impl Sealed for super::Hook {}
    impl Sealed for super::Public {}
    impl Sealed for super::Internal {}
}

/// One of [`Query`], [`Mutation`], [`Action`], [`Hook`].
pub trait FunctionKind: sealed::Sealed + fmt::Debug + 'static {
    /// The same as a value.
    const KIND: Kind;
}
impl FunctionKind for Query {
    const KIND: Kind = Kind::Query;
}
impl FunctionKind for Mutation {
    const KIND: Kind = Kind::Mutation;
}
impl FunctionKind for Action {
    const KIND: Kind = Kind::Action;
}

impl FunctionKind for Hook {
    const KIND: Kind = Kind::Mutation;
}

/// One of [`Public`], [`Internal`].
pub trait FunctionVisibility: sealed::Sealed + fmt::Debug + 'static {
    /// The same as a value.
    const VISIBILITY: Visibility;
}
impl FunctionVisibility for Public {
    const VISIBILITY: Visibility = Visibility::Public;
}
impl FunctionVisibility for Internal {
    const VISIBILITY: Visibility = Visibility::Internal;
}

/// The kind is a query.
#[diagnostic::on_unimplemented(
    message = "this method runs queries, and the function is of the kind `{Self}`",
    label = "not a query",
    note = "a query is run with `run_query`, a mutation with `run_mutation`, an action with `run_action`; on a client the \
            methods are `query` (or `watch`), `mutation` and `action`; a hook is run by its event alone: put what \
            others need of it into a function of its own"
)]
pub trait IsQuery: FunctionKind {}
#[diagnostic::do_not_recommend]
impl IsQuery for Query {}

/// The kind is a mutation.
#[diagnostic::on_unimplemented(
    message = "this method runs mutations, and the function is of the kind `{Self}`",
    label = "not a mutation",
    note = "a query is run with `run_query`, a mutation with `run_mutation`, an action with `run_action`; on a client the \
            methods are `query` (or `watch`), `mutation` and `action`; a hook is run by its event alone: put what \
            others need of it into a function of its own"
)]
pub trait IsMutation: FunctionKind {}
#[diagnostic::do_not_recommend]
impl IsMutation for Mutation {}

/// The kind is an action.
#[diagnostic::on_unimplemented(
    message = "this method runs actions, and the function is of the kind `{Self}`",
    label = "not an action",
    note = "a query is run with `run_query`, a mutation with `run_mutation`, an action with `run_action`; on a client the \
            methods are `query` (or `watch`), `mutation` and `action`; a hook is run by its event alone: put what \
            others need of it into a function of its own"
)]
pub trait IsAction: FunctionKind {}
#[diagnostic::do_not_recommend]
impl IsAction for Action {}

/// The kind can run by itself, at a time.
#[diagnostic::on_unimplemented(
    message = "a function of the kind `{Self}` cannot be scheduled",
    label = "neither a mutation nor an action",
    note = "nobody would get the result of a query: let a mutation or an action run it and do something with what it \
            returns; a hook is run by its event alone: put what others need of it into a function of its own"
)]
pub trait CanBeScheduled: FunctionKind {}
#[diagnostic::do_not_recommend]
impl CanBeScheduled for Mutation {}
#[diagnostic::do_not_recommend]
impl CanBeScheduled for Action {}

/// The visibility lets a client call the function.
#[diagnostic::on_unimplemented(
    message = "an internal function cannot be called by a client",
    label = "only public functions, those in `api`, are open to clients",
    note = "make the function public (`#[query]` in place of `#[internal_query]`, and so on), or call it from another \
            function, with `ctx.run_query(..)`, `ctx.run_mutation(..)` or `ctx.run_action(..)`",
    note = "in a function that is generic over what it calls, ask for a public one: `F: lunora::PublicQuery`"
)]
pub trait ClientMayCall: FunctionVisibility {}
#[diagnostic::do_not_recommend]
impl ClientMayCall for Public {}

/// The place of an annotated item in the module tree. `lunora::app!` implements it for each item that it lists.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not listed in `lunora::app!`",
    label = "annotated here, but missing from the list",
    note = "add its path to the list in the crate root: `lunora::app! {{ module::name, .. }}`"
)]
pub trait Listed {
    /// Wire path of the module: camelCase names joined by `/`.
    const MODULE: &'static str;
}

/// A place belongs to one function, so that nobody's reference can stand in the place of another's.
#[diagnostic::on_unimplemented(
    message = "a reference to a function cannot be written by hand",
    label = "the place of another function",
    note = "references come from `#[query]`, `#[mutation]`, `#[action]` and their internal twins"
)]
pub trait PlaceOf<F> {}
#[diagnostic::do_not_recommend]
impl<F> PlaceOf<F> for F {}

/// A function of a Lunora application, as a type. The attributes implement it; nothing else should.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a reference to a Lunora function",
    label = "expected a path into `api` or `internal`",
    note = "references come from `#[query]`, `#[mutation]`, `#[action]` and their internal twins"
)]
pub trait FunctionRef: Sized + Send + Sync + 'static {
    /// The function itself, which has to be listed. A bound of the trait instead would be reported once an impl.
    type Place: Listed + PlaceOf<Self>;
    /// What it may do.
    type Kind: FunctionKind;
    /// Who may call it.
    type Visibility: FunctionVisibility;
    /// Its arguments without the context.
    type Args: Arguments;
    /// Its return type as written.
    type Return: Outcome;
    /// Wire names of the arguments.
    const ARGS: &'static [&'static str];
    /// Last part of the wire path.
    const NAME: &'static str;
    /// Doc comment of the function.
    const DOCS: &'static str = "";
    /// Limits that this function has raised or lowered.
    const LIMITS: LimitOverrides = LimitOverrides::NONE;
    /// Wire path: `module:name`.
    const PATH: &'static str = path::<Self>();
}

/// What a call of `F` gives.
pub type Output<F> = <<F as FunctionRef>::Return as Outcome>::Ok;

/// The return type of a function: a [`Result`] whose value travels and whose error converts to [`Error`].
#[diagnostic::on_unimplemented(
    message = "a Lunora function returns `Result<T>`, found `{Self}`",
    label = "expected `lunora::Result<T>` whose `T` can travel",
    note = "the value needs `#[data]` (or be a std type), the error must convert into `lunora::Error`"
)]
pub trait Outcome: Send + 'static {
    /// The value on success.
    type Ok: Shape;
    /// The same with the one error type.
    fn into_result(self) -> Result<Self::Ok>;
}

impl<T: Shape, E: Failing> Outcome for Result<T, E> {
    type Ok = T;
    fn into_result(self) -> Result<T> {
        self.map_err(Failing::into_error)
    }
}

/// The error type of a function's result.
#[diagnostic::on_unimplemented(
    message = "a function cannot fail with `{Self}`",
    label = "this error does not convert into `lunora::Error`",
    note = "return `lunora::Result<T>` and raise with `?`; or give the type `#[data]` and `#[derive(AppError)]`, for an \
            error that reaches the caller, or `std::error::Error`, for one that stays in the log"
)]
pub trait Failing: Send + 'static {
    /// The same as the one error type.
    fn into_error(self) -> Error;
}
#[diagnostic::do_not_recommend]
impl<E: Into<Error> + Send + 'static> Failing for E {
    fn into_error(self) -> Error {
        self.into()
    }
}

/// A function applied to its arguments; made by `api::..` and `internal::..`, run by a context or a client.
///
/// It can not be made from text: there is no `Deserialize`, and its fields are private.
pub struct Call<F: FunctionRef> {
    args: F::Args,
    function: PhantomData<fn() -> F>,
}

impl<F: FunctionRef> Call<F> {
    /// Applies `F`; what the reference modules expand to.
    #[doc(hidden)]
    pub const fn __new(args: F::Args) -> Self {
        Self {
            args,
            function: PhantomData,
        }
    }

    /// The arguments, in the order of [`FunctionRef::ARGS`].
    pub fn into_args(self) -> F::Args {
        self.args
    }
}

impl<F: FunctionRef> fmt::Debug for Call<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Call").field(&F::PATH).finish()
    }
}

macro_rules! aliases {
    ($($(#[$docs:meta])* $name:ident = $kind:path $(, $visibility:path)?;)*) => {$(
        $(#[$docs])*
        pub trait $name: FunctionRef<Kind: $kind $(, Visibility: $visibility)?> {}
        impl<F: FunctionRef<Kind: $kind $(, Visibility: $visibility)?>> $name for F {}
    )*};
}

aliases! {
    /// Any query: the bound to write in a function that is generic over what it runs.
    AnyQuery = IsQuery;
    /// Any mutation.
    AnyMutation = IsMutation;
    /// Any action.
    AnyAction = IsAction;
    /// A query that clients may call.
    PublicQuery = IsQuery, ClientMayCall;
    /// A mutation that clients may call.
    PublicMutation = IsMutation, ClientMayCall;
    /// An action that clients may call.
    PublicAction = IsAction, ClientMayCall;
}

/// Longest wire path that a function can have, in bytes.
pub const MAX_PATH: usize = 512;

const fn path<F: FunctionRef>() -> &'static str {
    struct Joined<F>(PhantomData<F>);
    impl<F: FunctionRef> Joined<F> {
        const BYTES: [u8; MAX_PATH] = join(F::Place::MODULE, F::NAME);
    }
    let bytes: &'static [u8; MAX_PATH] = &Joined::<F>::BYTES;
    let (path, _) = bytes.split_at(F::Place::MODULE.len() + 1 + F::NAME.len());
    match std::str::from_utf8(path) {
        Ok(path) => path,
        Err(_) => panic!("names of functions and modules are UTF-8"),
    }
}

const fn join(module: &str, name: &str) -> [u8; MAX_PATH] {
    assert!(
        module.len() + 1 + name.len() <= MAX_PATH,
        "the wire path of this function is longer than 512 bytes"
    );
    let mut joined = [0; MAX_PATH];
    let mut at = copy(module.as_bytes(), &mut joined, 0);
    joined[at] = b':';
    at += 1;
    copy(name.as_bytes(), &mut joined, at);
    joined
}

const fn copy(from: &[u8], to: &mut [u8; MAX_PATH], start: usize) -> usize {
    let mut at = 0;
    while at < from.len() {
        to[start + at] = from[at];
        at += 1;
    }
    start + at
}
