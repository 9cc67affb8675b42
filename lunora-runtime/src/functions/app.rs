//! What the macros hand over: items, and the application made of them.

use std::any::TypeId;

use lunora_core::{
    arguments::Arguments,
    error::{Error, RequestError, Result},
    pagination::PaginationOptions,
    reference::{
        Action, FunctionKind, FunctionRef, FunctionVisibility, Mutation, Outcome, Query, Visibility,
    },
    shape::{Shape, Shapes},
    table::Table,
    value::{Object, Value, ValueError, to_value},
};

use sha2::{Digest, Sha256};

use super::{
    ActionCtx, Asset, BoxFuture, Issuer, MutationCtx, QueryCtx,
    crons::{CronList, Crons},
    function::Function,
    hooks::Event,
    http::{BoundAction, HttpAction},
};
use crate::database::TableSchema;

/// What the function of a kind looks like, and how it is called.
pub trait KindOf: FunctionKind {
    /// Type of the user's function, with its arguments as a tuple.
    type Run<F: FunctionRef>;
    #[doc(hidden)]
    fn __call<F: FunctionRef>(
        run: Self::Run<F>,
        ctx: Ctx<'_>,
        args: F::Args,
    ) -> Option<BoxFuture<'_, F::Return>>;
}

/// A context of any kind.
#[derive(Debug)]
pub enum Ctx<'a> {
    /// For a query.
    Query(&'a QueryCtx),
    /// For a mutation.
    Mutation(&'a mut MutationCtx),
    /// For an action.
    Action(&'a ActionCtx),
}

/// A handler without its types. It refuses a context of another kind.
pub(crate) type Erased = for<'a> fn(Ctx<'a>, &'a Object) -> BoxFuture<'a, Result<Value>>;

macro_rules! kinds {
    ($($kind:ident($($ctx:tt)*);)*) => {$(
        impl KindOf for $kind {
            type Run<F: FunctionRef> = for<'a> fn(&'a $($ctx)*, F::Args) -> BoxFuture<'a, F::Return>;
            fn __call<F: FunctionRef>(
                run: Self::Run<F>,
                ctx: Ctx<'_>,
                args: F::Args,
            ) -> Option<BoxFuture<'_, F::Return>> {
                match ctx {
                    Ctx::$kind(ctx) => Some(run(ctx, args)),
                    _ => None,
                }
            }
        }
    )*};
}

kinds! {
    Query(QueryCtx);
    Mutation(mut MutationCtx);
    Action(ActionCtx);
}

/// Type of [`Handler::RUN`].
pub type RunOf<F> = <<F as FunctionRef>::Kind as KindOf>::Run<F>;

/// A reference whose function is in this program. The attributes implement it; nothing else should.
pub trait Handler: FunctionRef<Kind: KindOf> {
    /// Calls the user's function.
    const RUN: RunOf<Self>;
    /// When the server calls it, if nobody else may.
    const EVENT: Option<Event> = None;
}

/// An annotated item of an application, as `app!` lists it.
pub trait Entry {
    /// What no two items of an application have in common: kind of thing and wire name.
    const WIRE_NAME: &'static str;
    /// The item.
    fn item() -> Item;
}

impl<F: Handler> Entry for F {
    const WIRE_NAME: &'static str = F::PATH;
    fn item() -> Item {
        Item::function::<F>()
    }
}

/// One entry of an application's list.
#[derive(Debug, Clone, Copy)]
pub struct Listing {
    name: &'static str,
    item: fn() -> Item,
}

impl Listing {
    /// Its [`Entry::WIRE_NAME`].
    pub const fn name(self) -> &'static str {
        self.name
    }
}

/// The entry `E`.
pub const fn entry<E: Entry>() -> Listing {
    Listing {
        name: E::WIRE_NAME,
        item: E::item,
    }
}

/// An annotated item, without its types.
#[derive(Debug)]
pub struct Item(pub(super) ItemKind);

#[derive(Debug)]
pub(super) enum ItemKind {
    Function(UnboundFunction),
    Table(fn(&mut Shapes) -> TableSchema),
    HttpAction(fn() -> Option<BoundAction>),
    Crons(fn() -> Crons),
}

/// A function before its shapes are known.
#[derive(Debug)]
pub(super) struct UnboundFunction {
    pub(super) path: &'static str,
    pub(super) visibility: Visibility,
    pub(super) event: Option<Event>,
    pub(super) bind: fn(&mut Shapes) -> Function,
}

impl Item {
    /// The table `T`.
    pub fn table<T: Table>() -> Self {
        Self(ItemKind::Table(TableSchema::of::<T>))
    }

    /// The HTTP action `A`.
    pub fn http_action<A: HttpAction>() -> Self {
        Self(ItemKind::HttpAction(BoundAction::of::<A>))
    }

    /// The list of crons `L`.
    pub fn crons<L: CronList>() -> Self {
        Self(ItemKind::Crons(L::LIST))
    }

    fn function<F: Handler>() -> Self {
        Self(ItemKind::Function(UnboundFunction {
            path: F::PATH,
            visibility: F::Visibility::VISIBILITY,
            event: F::EVENT,
            bind: bind::<F>,
        }))
    }
}

fn bind<F: Handler>(shapes: &mut Shapes) -> Function {
    let args = F::Args::fields(F::ARGS, shapes);
    let page = PaginationOptions::shape(shapes);
    Function {
        reference: TypeId::of::<F>(),
        page_argument: args
            .iter()
            .find(|field| field.shape == page || field.shape == page.clone().nullable())
            .map(|field| field.name),
        path: F::PATH,
        path_hash: Sha256::digest(F::PATH).into(),
        kind: F::Kind::KIND,
        visibility: F::Visibility::VISIBILITY,
        docs: F::DOCS,
        limits: F::LIMITS,
        args,
        returns: <F::Return as Outcome>::Ok::shape(shapes),
        run: erased::<F>,
    }
}

/// Everything of the user's code runs inside the future, the decoding of arguments too: there panics are caught.
fn erased<'a, F: Handler>(ctx: Ctx<'a>, args: &'a Object) -> BoxFuture<'a, Result<Value>> {
    Box::pin(async move {
        let args = F::Args::decode(F::ARGS, args).map_err(|error| refused(&error.in_field("args")))?;
        let run = F::Kind::__call::<F>(F::RUN, ctx, args).ok_or(WrongContext(F::PATH))?;
        Ok(to_value(&run.await.into_result()?)?)
    })
}

fn refused(error: &ValueError) -> Error {
    Error::request(RequestError::Arguments(error.to_string()))
}

/// A function was started with the context of another kind: the reference is one of another application.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is of another kind in this application than its reference says")]
struct WrongContext(&'static str);

/// An application: its functions and tables, made by `lunora::app!`, whom it trusts to say who its users are,
/// and its page.
///
/// It answers no calls. There is deliberately no way to name a function by a string here.
#[derive(Debug, Clone)]
pub struct App {
    items: &'static [Listing],
    pub(super) issuers: Vec<Issuer>,
    pub(super) assets: &'static [Asset],
}

impl App {
    #[doc(hidden)]
    pub const fn __new(items: &'static [Listing]) -> Self {
        Self {
            items,
            issuers: Vec::new(),
            assets: &[],
        }
    }

    /// The same application, whose users may be those of `issuer`. See [`Issuer`].
    #[must_use]
    pub fn trust(mut self, issuer: Issuer) -> Self {
        self.issuers.push(issuer);
        self
    }

    /// The same application, whose server hands out these files, and no others. See [`Asset`].
    #[must_use]
    pub fn assets(self, assets: &'static [Asset]) -> Self {
        Self { assets, ..self }
    }

    pub(super) fn items(&self) -> impl Iterator<Item = Item> {
        self.items.iter().map(|listing| (listing.item)())
    }
}
