//! What the macros hand over: items, and the application made of them.

use lunora_core::{
    arguments::Arguments,
    error::Result,
    reference::{Action, FunctionKind, FunctionRef, FunctionVisibility, Mutation, Outcome, Query},
    shape::{Field, Node, Shape, Shapes},
    table::Table,
    value::{Object, Value, to_value},
};

use super::{
    ActionCtx, BoxFuture, MutationCtx, QueryCtx,
    function::{Function, Run},
};
use crate::database::TableSchema;

/// What a function of this kind gets as its context, and how it is called without its types.
pub trait KindOf: FunctionKind {
    /// The context.
    type Ctx<'a>: Send;
    #[doc(hidden)]
    fn __erase(run: Erased<Self>) -> Run
    where
        Self: Sized;
}

/// A handler whose arguments and result are values.
pub(crate) type Erased<K> = for<'a> fn(<K as KindOf>::Ctx<'a>, Object) -> BoxFuture<'a, Result<Value>>;

impl KindOf for Query {
    type Ctx<'a> = &'a QueryCtx;
    fn __erase(run: Erased<Self>) -> Run {
        Run::Query(run)
    }
}
impl KindOf for Mutation {
    type Ctx<'a> = &'a mut MutationCtx;
    fn __erase(run: Erased<Self>) -> Run {
        Run::Mutation(run)
    }
}
impl KindOf for Action {
    type Ctx<'a> = &'a ActionCtx;
    fn __erase(run: Erased<Self>) -> Run {
        Run::Action(run)
    }
}

/// Type of [`Handler::RUN`]: the user's function with its arguments as a tuple.
pub type RunOf<F> = for<'a> fn(
    <<F as FunctionRef>::Kind as KindOf>::Ctx<'a>,
    <F as FunctionRef>::Args,
) -> BoxFuture<'a, <F as FunctionRef>::Return>;

/// A reference whose function is in this program. The attributes implement it; nothing else should.
pub trait Handler: FunctionRef<Kind: KindOf> {
    /// Calls the user's function.
    const RUN: RunOf<Self>;
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

/// A function or table, without its types.
#[derive(Debug)]
pub struct Item(pub(super) ItemKind);

#[derive(Debug)]
pub(super) enum ItemKind {
    Function(UnboundFunction),
    Table(fn(&mut Shapes) -> TableSchema),
}

/// A function before its shapes are known.
#[derive(Debug)]
pub(super) struct UnboundFunction {
    pub(super) bind: fn(&mut Shapes) -> Function,
}

impl Item {
    /// The table `T`.
    pub fn table<T: Table>() -> Self {
        Self(ItemKind::Table(TableSchema::of::<T>))
    }

    fn function<F: Handler>() -> Self {
        Self(ItemKind::Function(UnboundFunction { bind: bind::<F> }))
    }
}

fn bind<F: Handler>(shapes: &mut Shapes) -> Function {
    Function {
        path: F::PATH,
        kind: F::Kind::KIND,
        visibility: F::Visibility::VISIBILITY,
        docs: F::DOCS,
        limits: F::LIMITS,
        args: argument_fields::<F::Args>(F::ARGS, shapes),
        returns: returned::<F::Return>(shapes),
        run: F::Kind::__erase(erased::<F>),
    }
}

fn argument_fields<A: Arguments>(names: &[&'static str], shapes: &mut Shapes) -> Vec<Field> {
    A::fields(names, shapes)
}

fn returned<R: Outcome>(shapes: &mut Shapes) -> Node {
    R::Ok::shape(shapes)
}

fn erased<F: Handler>(ctx: <F::Kind as KindOf>::Ctx<'_>, args: Object) -> BoxFuture<'_, Result<Value>> {
    match F::Args::decode(F::ARGS, args) {
        Ok(args) => encode::<F::Return>(F::RUN(ctx, args)),
        Err(error) => {
            let refusal = lunora_core::error::RequestError::Arguments(error.in_field("args").to_string());
            Box::pin(std::future::ready(Err(lunora_core::error::Error::request(refusal))))
        }
    }
}

fn encode<R: Outcome>(run: BoxFuture<'_, R>) -> BoxFuture<'_, Result<Value>> {
    Box::pin(async move { Ok(to_value(&run.await.into_result()?)?) })
}

/// An application: its functions and tables. Made by `lunora::app!`.
///
/// It answers no calls. There is deliberately no way to name a function by a string here.
#[derive(Debug, Clone, Copy)]
pub struct App {
    items: &'static [fn() -> Item],
}

impl App {
    #[doc(hidden)]
    pub const fn __new(items: &'static [fn() -> Item]) -> Self {
        Self { items }
    }

    pub(super) fn items(self) -> impl Iterator<Item = Item> {
        self.items.iter().map(|item| item())
    }
}
