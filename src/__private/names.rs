//! The names that `lunora::app!` gives to the crate root: what says so when the crate has them already.

/// Stands for the marker that a module of the user's does not have.
#[derive(Debug)]
pub enum Taken {}

/// Holds for the marker in the module `api` that `lunora::app!` makes.
#[diagnostic::on_unimplemented(
    message = "this crate has an `api` of its own beside `lunora::app!`",
    label = "this list makes a module `api`, for the references to its public functions",
    note = "rename your own `api`, or move it into a module"
)]
pub trait ApiIsFree {}

/// Compiles when the marker that was found is ours.
pub const fn api<Marker: ApiIsFree>() {}

/// Holds for the marker in the module `internal` that `lunora::app!` makes.
#[diagnostic::on_unimplemented(
    message = "this crate has an `internal` of its own beside `lunora::app!`",
    label = "this list makes a module `internal`, for the references to its internal functions",
    note = "rename your own `internal`, or move it into a module"
)]
pub trait InternalIsFree {}

/// Compiles when the marker that was found is ours.
pub const fn internal<Marker: InternalIsFree>() {}

/// Holds for what the function `app` that `lunora::app!` makes returns.
#[diagnostic::on_unimplemented(
    message = "this crate has an `app` of its own beside `lunora::app!`",
    label = "this list makes a function `app`, for what the server runs",
    note = "rename your own `app`, or move it into a module"
)]
pub trait AppIsFree {}
#[diagnostic::do_not_recommend]
impl AppIsFree for lunora_runtime::functions::App {}

/// Compiles when the function that was found is ours.
pub const fn app<Made: AppIsFree>(_: fn() -> Made) {}
