//! The macros with their docs.

#[allow(unused_imports, reason = "the docs link to them")]
use crate::{ActionCtx, App, Call, Crons, Error, FunctionRef, Patch, Range, Request, Response, Shape, Table};

/// Makes an async function a query.
///
/// It reads the database, may be watched live, and sees one snapshot. Clients can call it, by its reference in `api`.
///
/// # Options
/// * `rename = "wireName"`: the name on the wire; without it, the function's name in camelCase.
/// * `limits(documents_read = .., bytes_read = .., entries_counted = .., documents_written = .., bytes_written = ..,
///   work_millis = ..)`: limits of this function's transaction, in place of the defaults.
/// * `crate = path`: where `lunora` is, when it has another name.
///
/// # Example
/// ```
/// mod shop {
///     use lunora::prelude::*;
///
///     /// Adds prices up.
///     #[query]
///     pub async fn total(_ctx: &QueryCtx, prices: Vec<i64>) -> Result<i64> {
///         Ok(prices.iter().sum())
///     }
/// }
///
/// lunora::app! { shop::total }
///
/// fn main() {
///     use lunora::FunctionRef;
///     assert_eq!(api::shop::total::PATH, "shop:total");
///     let _call = api::shop::total(vec![1, 2, 3]);
/// }
/// ```
///
/// Arguments arrive over the wire, so they are owned:
/// ```compile_fail
/// mod shop {
///     use lunora::prelude::*;
///
///     #[query]
///     pub async fn total(ctx: &QueryCtx, prices: &[i64]) -> Result<i64> {
///         Ok(prices.iter().sum())
///     }
/// }
///
/// lunora::app! { shop::total }
/// # fn main() {}
/// ```
///
/// # What it expands to
/// The function, unchanged, and beside it some forty lines: a hidden module `__lunora_total`. In it stand a type and a
/// constructor, both named like the function, which are its reference: `api::shop::total` is the type, `api::shop::total(..)` a
/// [`Call`] with the arguments checked. The type's implementation of [`FunctionRef`] says kind, visibility, arguments,
/// result and wire name. `app!` puts the reference into `api`, and into no other tree.
pub use lunora_macros::query;

/// Makes an async function a mutation.
///
/// It reads and writes the database in one transaction, which is run again when it loses a conflict. Clients can call it, by its reference in `api`.
///
/// # Options
/// * `rename = "wireName"`: the name on the wire; without it, the function's name in camelCase.
/// * `limits(documents_read = .., bytes_read = .., entries_counted = .., documents_written = .., bytes_written = ..,
///   work_millis = ..)`: limits of this function's transaction, in place of the defaults.
/// * `crate = path`: where `lunora` is, when it has another name.
///
/// # Example
/// ```
/// mod shop {
///     use lunora::prelude::*;
///
///     /// Adds prices up.
///     #[mutation]
///     pub async fn total(ctx: &mut MutationCtx, prices: Vec<i64>) -> Result<i64> {
///         let _now = ctx.now();
///         Ok(prices.iter().sum())
///     }
/// }
///
/// lunora::app! { shop::total }
///
/// fn main() {
///     use lunora::FunctionRef;
///     assert_eq!(api::shop::total::PATH, "shop:total");
///     let _call = api::shop::total(vec![1, 2, 3]);
/// }
/// ```
///
/// A mutation takes a `&mut MutationCtx`:
/// ```compile_fail
/// mod shop {
///     use lunora::prelude::*;
///
///     #[mutation]
///     pub async fn total(ctx: &QueryCtx, prices: Vec<i64>) -> Result<i64> {
///         Ok(prices.iter().sum())
///     }
/// }
///
/// lunora::app! { shop::total }
/// # fn main() {}
/// ```
///
/// # What it expands to
/// The function, unchanged, and beside it some forty lines: a hidden module `__lunora_total`. In it stand a type and a
/// constructor, both named like the function, which are its reference: `api::shop::total` is the type, `api::shop::total(..)` a
/// [`Call`] with the arguments checked. The type's implementation of [`FunctionRef`] says kind, visibility, arguments,
/// result and wire name. `app!` puts the reference into `api`, and into no other tree.
pub use lunora_macros::mutation;

/// Makes an async function an action.
///
/// It talks to the world, and reaches data through the queries and mutations that it runs. It is never run twice. Clients can call it, by its reference in `api`.
///
/// # Options
/// * `rename = "wireName"`: the name on the wire; without it, the function's name in camelCase.
/// * `limits(documents_read = .., bytes_read = .., entries_counted = .., documents_written = .., bytes_written = ..,
///   work_millis = ..)`: limits of this function's transaction, in place of the defaults.
/// * `crate = path`: where `lunora` is, when it has another name.
///
/// # Example
/// ```
/// mod shop {
///     use lunora::prelude::*;
///
///     /// Adds prices up.
///     #[action]
///     pub async fn total(ctx: &ActionCtx, prices: Vec<i64>) -> Result<i64> {
///         let _now = ctx.now();
///         Ok(prices.iter().sum())
///     }
/// }
///
/// lunora::app! { shop::total }
///
/// fn main() {
///     use lunora::FunctionRef;
///     assert_eq!(api::shop::total::PATH, "shop:total");
///     let _call = api::shop::total(vec![1, 2, 3]);
/// }
/// ```
///
/// An action has no database of its own:
/// ```compile_fail
/// mod shop {
///     use lunora::prelude::*;
///
///     #[action]
///     pub async fn total(ctx: &ActionCtx, prices: Vec<i64>) -> Result<i64> {
///         Ok(ctx.db().query::<Price>().count().await?)
///     }
/// }
///
/// lunora::app! { shop::total }
/// # fn main() {}
/// ```
///
/// # What it expands to
/// The function, unchanged, and beside it some forty lines: a hidden module `__lunora_total`. In it stand a type and a
/// constructor, both named like the function, which are its reference: `api::shop::total` is the type, `api::shop::total(..)` a
/// [`Call`] with the arguments checked. The type's implementation of [`FunctionRef`] says kind, visibility, arguments,
/// result and wire name. `app!` puts the reference into `api`, and into no other tree.
pub use lunora_macros::action;

/// Makes an async function a query that only the server can call.
///
/// It reads the database, may be watched live, and sees one snapshot. Only the server can call it: other functions do, with `ctx.run_*` and a reference from `internal`. To a client it does not exist, neither for the compiler nor on the network.
///
/// # Options
/// * `rename = "wireName"`: the name on the wire; without it, the function's name in camelCase.
/// * `limits(documents_read = .., bytes_read = .., entries_counted = .., documents_written = .., bytes_written = ..,
///   work_millis = ..)`: limits of this function's transaction, in place of the defaults.
/// * `crate = path`: where `lunora` is, when it has another name.
///
/// # Example
/// ```
/// mod shop {
///     use lunora::prelude::*;
///
///     /// Adds prices up.
///     #[internal_query]
///     pub async fn total(_ctx: &QueryCtx, prices: Vec<i64>) -> Result<i64> {
///         Ok(prices.iter().sum())
///     }
/// }
///
/// lunora::app! { shop::total }
///
/// fn main() {
///     use lunora::FunctionRef;
///     assert_eq!(internal::shop::total::PATH, "shop:total");
///     let _call = internal::shop::total(vec![1, 2, 3]);
/// }
/// ```
///
/// Arguments arrive over the wire, so they are owned:
/// ```compile_fail
/// mod shop {
///     use lunora::prelude::*;
///
///     #[internal_query]
///     pub async fn total(ctx: &QueryCtx, prices: &[i64]) -> Result<i64> {
///         Ok(prices.iter().sum())
///     }
/// }
///
/// lunora::app! { shop::total }
/// # fn main() {}
/// ```
///
/// # What it expands to
/// The function, unchanged, and beside it some forty lines: a hidden module `__lunora_total`. In it stand a type and a
/// constructor, both named like the function, which are its reference: `internal::shop::total` is the type, `internal::shop::total(..)` a
/// [`Call`] with the arguments checked. The type's implementation of [`FunctionRef`] says kind, visibility, arguments,
/// result and wire name. `app!` puts the reference into `internal`, and into no other tree.
pub use lunora_macros::internal_query;

/// Makes an async function a mutation that only the server can call.
///
/// It reads and writes the database in one transaction, which is run again when it loses a conflict. Only the server can call it: other functions do, with `ctx.run_*` and a reference from `internal`. To a client it does not exist, neither for the compiler nor on the network.
///
/// # Options
/// * `rename = "wireName"`: the name on the wire; without it, the function's name in camelCase.
/// * `limits(documents_read = .., bytes_read = .., entries_counted = .., documents_written = .., bytes_written = ..,
///   work_millis = ..)`: limits of this function's transaction, in place of the defaults.
/// * `crate = path`: where `lunora` is, when it has another name.
///
/// # Example
/// ```
/// mod shop {
///     use lunora::prelude::*;
///
///     /// Adds prices up.
///     #[internal_mutation]
///     pub async fn total(ctx: &mut MutationCtx, prices: Vec<i64>) -> Result<i64> {
///         let _now = ctx.now();
///         Ok(prices.iter().sum())
///     }
/// }
///
/// lunora::app! { shop::total }
///
/// fn main() {
///     use lunora::FunctionRef;
///     assert_eq!(internal::shop::total::PATH, "shop:total");
///     let _call = internal::shop::total(vec![1, 2, 3]);
/// }
/// ```
///
/// A mutation takes a `&mut MutationCtx`:
/// ```compile_fail
/// mod shop {
///     use lunora::prelude::*;
///
///     #[internal_mutation]
///     pub async fn total(ctx: &QueryCtx, prices: Vec<i64>) -> Result<i64> {
///         Ok(prices.iter().sum())
///     }
/// }
///
/// lunora::app! { shop::total }
/// # fn main() {}
/// ```
///
/// # What it expands to
/// The function, unchanged, and beside it some forty lines: a hidden module `__lunora_total`. In it stand a type and a
/// constructor, both named like the function, which are its reference: `internal::shop::total` is the type, `internal::shop::total(..)` a
/// [`Call`] with the arguments checked. The type's implementation of [`FunctionRef`] says kind, visibility, arguments,
/// result and wire name. `app!` puts the reference into `internal`, and into no other tree.
pub use lunora_macros::internal_mutation;

/// Makes an async function an action that only the server can call.
///
/// It talks to the world, and reaches data through the queries and mutations that it runs. It is never run twice. Only the server can call it: other functions do, with `ctx.run_*` and a reference from `internal`. To a client it does not exist, neither for the compiler nor on the network.
///
/// # Options
/// * `rename = "wireName"`: the name on the wire; without it, the function's name in camelCase.
/// * `limits(documents_read = .., bytes_read = .., entries_counted = .., documents_written = .., bytes_written = ..,
///   work_millis = ..)`: limits of this function's transaction, in place of the defaults.
/// * `crate = path`: where `lunora` is, when it has another name.
///
/// # Example
/// ```
/// mod shop {
///     use lunora::prelude::*;
///
///     /// Adds prices up.
///     #[internal_action]
///     pub async fn total(ctx: &ActionCtx, prices: Vec<i64>) -> Result<i64> {
///         let _now = ctx.now();
///         Ok(prices.iter().sum())
///     }
/// }
///
/// lunora::app! { shop::total }
///
/// fn main() {
///     use lunora::FunctionRef;
///     assert_eq!(internal::shop::total::PATH, "shop:total");
///     let _call = internal::shop::total(vec![1, 2, 3]);
/// }
/// ```
///
/// An action has no database of its own:
/// ```compile_fail
/// mod shop {
///     use lunora::prelude::*;
///
///     #[internal_action]
///     pub async fn total(ctx: &ActionCtx, prices: Vec<i64>) -> Result<i64> {
///         Ok(ctx.db().query::<Price>().count().await?)
///     }
/// }
///
/// lunora::app! { shop::total }
/// # fn main() {}
/// ```
///
/// # What it expands to
/// The function, unchanged, and beside it some forty lines: a hidden module `__lunora_total`. In it stand a type and a
/// constructor, both named like the function, which are its reference: `internal::shop::total` is the type, `internal::shop::total(..)` a
/// [`Call`] with the arguments checked. The type's implementation of [`FunctionRef`] says kind, visibility, arguments,
/// result and wire name. `app!` puts the reference into `internal`, and into no other tree.
pub use lunora_macros::internal_action;

/// Makes an async function the answer to HTTP requests for a path.
///
/// It is for what is not a client of this application: webhooks, feeds, downloads, pages. It runs as an action does, with
/// an [`ActionCtx`], reaches data through functions, and gets the [`Request`] to answer with a [`Response`].
/// Nothing but a request for its path runs it.
///
/// # Options
/// * a method: `GET`, `HEAD`, `POST`, `PUT`, `PATCH`, `DELETE` or `OPTIONS`. `HEAD` falls back to `GET`; a path that has
///   actions, but none for the method, is a 405 that names those that it has.
/// * a path: `"/accounts/{id}/files/{*file}"`. `{id}` is any one part that is not empty, `{*file}` one part or more, to the
///   end. The nearest route answers: text before `{id}` before `{*file}`. Paths under `/api` and `/_dashboard` are the server's.
/// * `crate = path`: where `lunora` is, when it has another name.
///
/// # Example
/// ```
/// mod accounts {
///     use lunora::prelude::*;
///
///     #[data]
///     pub struct Page {
///         after: Option<i64>,
///     }
///
///     /// Names of an account.
///     #[http_action(GET, "/accounts/{id}/names")]
///     pub async fn names(_ctx: &ActionCtx, request: Request) -> Result<Response> {
///         let id: u64 = request.path()?;
///         let page: Page = request.query()?;
///         let names = [format!("{id} after {:?}", page.after)];
///         Ok(Response::json(&names).header("cache-control", "no-store"))
///     }
/// }
///
/// lunora::app! { accounts::names }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> lunora::Result<()> {
/// use lunora::{http::Method, testing::TestApp};
///
/// let app = TestApp::new(app())?;
/// let names = app.http(Method::GET, "/accounts/7/names?after=3").send().await?;
/// assert_eq!(names.text()?, r#"["7 after Some(3)"]"#);
/// assert_eq!(app.http(Method::GET, "/accounts/x/names").send().await?.status(), 400);
/// # Ok(()) }
/// ```
///
/// A path of the server's is refused:
/// ```compile_fail
/// mod files {
///     use lunora::prelude::*;
///
///     #[http_action(GET, "/api/files")]
///     pub async fn list(_ctx: &ActionCtx, _request: Request) -> Result<Response> {
///         Ok(Response::empty())
///     }
/// }
///
/// lunora::app! { files::list }
/// # fn main() {}
/// ```
///
/// # Requests
/// Paths are decoded and freed of repeated slashes and dot segments once, before they are compared with routes: `%2F` is a
/// slash. A slash at the end counts. HTTP actions come before the files of [`App::assets`], and a file answers `GET` where
/// the actions of its path have other methods.
///
/// `ctx.auth()` is the user of the request's token if that is valid, and nobody otherwise, for the header may be
/// the application's own. An admin key means nothing here.
///
/// The body arrives while it is read, 20 MiB of it at most (`http_body_bytes`), and its sender may be waited for as long as
/// for any body (`body_timeout`). Once started, an HTTP action runs to its end within the time of an action, also when its
/// client goes away; a body that it streams ends with the connection.
///
/// # Errors
/// An application error is an answer with its data as JSON, and the status of [`Error::with_status`], or else 400. So are
/// the errors of [`Request`]. Any other error is a 500 with a request id, and the text in the log.
///
/// # CORS
/// What other origins may do is the application's to say here, by headers and an action for `OPTIONS`; the server adds
/// none. (`/api` has its own.)
///
/// # Webhooks
/// [`Webhook`](crate::http::Webhook) gives the body back only if its signature is right.
///
/// # What it expands to
/// The function, unchanged, and beside it a hidden module with a type that says method, path and handler. `app!` puts its
/// name into `internal`, where it is no reference: it cannot be run, scheduled or given to a cron.
pub use lunora_macros::http_action;

/// Has an internal mutation run for each connection that comes.
///
/// It runs when a client has connected by a WebSocket and said so, in a transaction of its own and as a job: exactly once,
/// and one that fails is kept among the jobs. Several run in the order of the list, and none that fails stops the others. Nothing else
/// runs it: its reference fits no `run_mutation`, no scheduler and no cron.
///
/// # Options
/// * `gate`: the client is let in when the hook has succeeded, and nothing else that it sends is looked at before. If it
///   raises an application error, the connection is refused and the client gets that error's data; of any other failure it
///   learns nothing, and may try again. Gates run before the other hooks. Without `gate` a hook cannot refuse anybody.
/// * `rename`, `limits(..)` and `crate = path`, as for [`mutation`](macro@crate::mutation).
///
/// # Example
/// ```
/// mod presence {
///     use lunora::prelude::*;
///
///     #[table("visitors")]
///     pub struct Visitor {
///         pub connection: String,
///     }
///
///     #[on_connect]
///     pub async fn joined(ctx: &mut MutationCtx, connection: Connection) -> Result<()> {
///         ctx.db().insert(Visitor { connection: connection.id }).await.map(drop)
///     }
///
///     #[on_disconnect]
///     pub async fn left(ctx: &mut MutationCtx, connection: Connection) -> Result<()> {
///         let visitors = ctx.db().query::<Visitor>();
///         let visitor = visitors.filter(move |visitor| visitor.connection == connection.id).first().await?;
///         match visitor {
///             Some(visitor) => ctx.db().delete(visitor.id()).await,
///             None => Ok(()),
///         }
///     }
///
///     #[query]
///     pub async fn count(ctx: &QueryCtx) -> Result<u64> {
///         Ok(ctx.db().query::<Visitor>().count().await?.try_into()?)
///     }
/// }
///
/// lunora::app! { presence::{Visitor, joined, left, count} }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> lunora::Result<()> {
/// let test = lunora::testing::TestApp::new(app())?;
/// let connection = test.connect().await?;
/// assert_eq!(test.query(api::presence::count()).await?, 1);
/// connection.disconnect().await?;
/// assert_eq!(test.query(api::presence::count()).await?, 0);
/// # Ok(()) }
/// ```
///
/// # What it expands to
/// What an internal mutation expands to, with an event.
pub use lunora_macros::on_connect;

/// Has an internal mutation run for each connection that is gone, after the hooks for its coming: exactly once for each
/// connect, whatever happens in between.
///
/// An open connection is a row that names the process which holds it. After a crash, the next start runs the hook for the
/// connections of the process that is gone. The identity is the last one that the client had. See
/// [`on_connect`](macro@crate::on_connect) for an example and the options, of which there is no `gate`.
pub use lunora_macros::on_disconnect;

/// Has an internal mutation run at each start of the server, before it serves.
///
/// It takes nothing but its context. In a test it runs at the first [`advance`](crate::testing::TestApp::advance).
/// The options are those of [`on_connect`](macro@crate::on_connect), without `gate`.
///
/// # Example
/// ```
/// mod tasks {
///     use lunora::prelude::*;
///
///     #[on_start]
///     pub async fn resume(ctx: &mut MutationCtx) -> Result<()> {
///         let _now = ctx.now();
///         Ok(())
///     }
/// }
///
/// lunora::app! { tasks::resume }
/// # fn main() {}
/// ```
pub use lunora_macros::on_start;

/// Makes a function the list of what the server runs again and again: `pub fn schedule() -> Crons`.
///
/// The list is made once, when the server starts. See [`Crons`] for what stands in it, and [`cron!`](macro@cron) for
/// expressions. What a cron calls may be internal, and mostly is; a query cannot be called, because nobody would get what
/// it returns. An application has one list, and nobody can call it.
///
/// A later start knows the crons again by their names: new ones begin, those that are gone end, and one whose schedule
/// has changed begins anew.
///
/// # Options
/// * `crate = path`: where `lunora` is, when it has another name.
///
/// # Example
/// ```
/// mod presence {
///     use lunora::prelude::*;
///     use std::time::Duration;
///
///     #[internal_mutation]
///     pub async fn sweep(_ctx: &mut MutationCtx) -> Result<()> {
///         Ok(())
///     }
///
///     #[crons]
///     pub fn schedule() -> Crons {
///         Crons::new()
///             .interval("sweep presence", Duration::from_secs(60), crate::internal::presence::sweep())
///             .cron("sweep on mondays", cron!("0 9 * * MON"), crate::internal::presence::sweep())
///             .timezone("Europe/Berlin")
///     }
/// }
///
/// lunora::app! { presence::{sweep, schedule} }
/// # fn main() {}
/// ```
///
/// A query is no target:
/// ```compile_fail
/// # mod presence {
/// # use lunora::prelude::*;
/// # use std::time::Duration;
/// #[internal_query]
/// pub async fn count(_ctx: &QueryCtx) -> Result<u32> {
///     Ok(0)
/// }
///
/// #[crons]
/// pub fn schedule() -> Crons {
///     Crons::new().interval("count", Duration::from_secs(60), crate::internal::presence::count())
/// }
/// # }
/// # lunora::app! { presence::{count, schedule} }
/// # fn main() {}
/// ```
///
/// # What it expands to
/// The function, unchanged, and a hidden module with the entry for `app!`. There is no reference in it.
pub use lunora_macros::crons;

/// A cron expression, checked while the application is compiled: `cron!("0 9 * * MON")`.
///
/// It has five fields: minute, hour, day of the month, month, day of the week; or six, with seconds in front. A field is
/// `*`, a number, a range `9-17`, either of these two with a step (`*/15`, `10-50/20`), or several with commas. Months and
/// days of the week have names of three letters, Sunday is 0 and 7, and `L` is the last day of the month. If neither of the
/// two days begins with `*`, one of them is enough, as cron has it since its beginnings.
///
/// # Options
/// * `crate = path,` in front: where `lunora` is, when it has another name.
///
/// # Example
/// ```
/// use lunora::{CronExpression, prelude::*};
///
/// const WEEKDAYS_AT_HALF_PAST_SIX: CronExpression = cron!("30 6 * * MON-FRI");
/// assert_eq!(WEEKDAYS_AT_HALF_PAST_SIX.as_str(), "30 6 * * MON-FRI");
/// ```
///
/// No day has 25 hours:
/// ```compile_fail
/// let _expression = lunora::cron!("0 25 * * *");
/// ```
///
/// # What it expands to
/// A constant, made of the text by a `const fn`.
pub use lunora_macros::cron;

/// Makes a struct or enum travel: as argument, result, document field or error data.
///
/// It derives serde's `Serialize` and `Deserialize` with camelCase names, and a [`Shape`] that says what they do. serde's own
/// attributes override: `rename`, `rename_all`, `rename_all_fields`, `tag`, `content`, `untagged`, `other`, `transparent`,
/// `default`, `skip`, `skip_serializing(_if)`, `flatten`, `with`, `from` and `into` of one type. What a shape cannot follow
/// (an `alias` of a field, a name in one direction only, ..) is refused, so that the two never disagree.
///
/// A field with `with = "lunora::number"` has the shape of an integer within 2^53; one with any other `with` may be any value.
///
/// # Options
/// * `crate = path`: where `lunora` is, when it has another name.
///
/// # Example
/// ```
/// use lunora::prelude::*;
///
/// #[data]
/// #[derive(Debug, Clone)]
/// #[serde(tag = "type")]
/// pub enum Payment {
///     Card { last_digits: String },
///     Cash,
/// }
///
/// let json = serde_json::to_value(Payment::Card { last_digits: "1234".into() }).unwrap();
/// assert_eq!(json, serde_json::json!({"type": "card", "lastDigits": "1234"}));
/// ```
///
/// What travels owns its data:
/// ```compile_fail
/// use lunora::prelude::*;
///
/// #[data]
/// pub struct Name<'a> {
///     text: &'a str,
/// }
/// ```
///
/// # What it expands to
/// The item, unchanged. A struct with named fields or an enum of names that has no serde attributes, type parameters or
/// `#[cfg]` inside is described by a list of its fields or variants, from which serde's two traits and [`Shape`] are
/// implemented in a line each. Any other type is put under serde's two derives, with an implementation of [`Shape`] beside
/// them. For each field of a struct there is a note of its type and wire name, through which indexes of tables can name
/// nested fields.
pub use lunora_macros::data;

/// Makes a struct with named fields a table: `#[table("name")]`. Its values are documents.
///
/// The `#[index(name(field, nested.field), unique)]` lines below it give it indexes. An index is a function on the struct that
/// starts a [`Range`]: equalities on the first fields, then at most one lower and one upper bound on the next. Every table
/// has `by_creation_time` and `by_id` as well, and everything that [`data`](macro@data) gives.
///
/// # Options
/// * the name on the wire and on disk, first;
/// * `crate = path`: where `lunora` is, when it has another name.
///
/// # Example
/// ```
/// mod schema {
///     use lunora::prelude::*;
///
///     #[table("customers")]
///     #[index(by_stripe_id(stripe_id), unique)]
///     #[index(by_city(address.city, credit))]
///     pub struct Customer {
///         pub stripe_id: String,
///         pub address: Address,
///         pub credit: i64,
///         pub note: Option<String>,
///     }
///
///     #[data]
///     pub struct Address {
///         pub city: String,
///     }
/// }
///
/// lunora::app! { schema::Customer }
///
/// fn main() {
///     use schema::Customer;
///     let _range = Customer::by_city().eq("Berlin").gte(0).lt(100);
///     let _patch = Customer::patch().credit(5).unset_note();
/// }
/// ```
///
/// A range compares the fields in their order:
/// ```compile_fail
/// # mod schema {
/// #     #[lunora::table("customers")]
/// #     #[index(by_city(city, credit))]
/// #     pub struct Customer { pub city: String, pub credit: i64 }
/// # }
/// # lunora::app! { schema::Customer }
/// # fn main() {
/// let _range = schema::Customer::by_city().eq(5);
/// # }
/// ```
///
/// # What it expands to
/// What `#[data]` expands to, an implementation of [`Table`], one function an index, and `patch()`, which returns a builder
/// with one setter a field (and `unset_..` for those that are an `Option`); it becomes a [`Patch`] through
/// [`IntoPatch`](crate::IntoPatch).
pub use lunora_macros::table;

/// An index of a table: `#[index(name(field, nested.field), unique)]`, below `#[table(..)]`, which reads it.
///
/// # Options
/// * the name, with the fields in parentheses, in the order in which ranges compare them; `address.city` is a field of a
///   nested `#[data]` struct, and may lead through an `Option`;
/// * `unique`, which may be left out: no two documents have the same values in these fields.
///
/// # Example
/// ```
/// # mod schema {
/// #[lunora::table("customers")]
/// #[lunora::index(by_city(city, credit), unique)]
/// pub struct Customer {
///     pub city: String,
///     pub credit: i64,
/// }
/// # }
/// # lunora::app! { schema::Customer }
/// # fn main() {}
/// ```
///
/// Alone, or above `#[table]`, it means nothing:
/// ```compile_fail
/// #[lunora::index(by_city(city))]
/// pub struct Customer {
///     pub city: String,
/// }
/// ```
///
/// # What it expands to
/// Nothing of its own: [`table`](macro@table) takes it off the struct, and makes one function of it.
pub use lunora_macros::index;

/// Makes a type, which also needs [`#[data]`](macro@data), an error for the caller: `Err(Billing::Declined)?`.
///
/// The value reaches the caller whole: as `ConvexError.data` in JavaScript, through [`Error::app`] in Rust. The type must not
/// implement [`std::error::Error`]: those are errors of the server, whose text no client sees.
///
/// # Options
/// * `#[app_error(crate = path)]`: where `lunora` is, when it has another name.
///
/// # Example
/// ```
/// use lunora::prelude::*;
///
/// #[data]
/// #[derive(Debug, PartialEq, AppError)]
/// pub enum Billing {
///     Declined,
/// }
///
/// fn charge() -> Result<()> {
///     Err(Billing::Declined)?
/// }
///
/// let error = charge().unwrap_err();
/// assert_eq!(error.app::<Billing>(), Some(Billing::Declined));
/// ```
///
/// Without `#[data]` it cannot travel:
/// ```compile_fail
/// #[derive(lunora::AppError)]
/// pub enum Billing {
///     Declined,
/// }
/// ```
///
/// # What it expands to
/// `impl AppError for Billing` and `impl From<Billing> for lunora::Error`.
pub use lunora_macros::AppError;

/// Lists everything that an application has: its functions and tables, by their paths from the crate root.
///
/// What an item is, and which side it is on, its own attribute says. An annotated item that is not in the list is a compile
/// error, and so are an item listed twice and two items of one wire name. Paths may be grouped (`customers::{a, b}`) and an
/// entry may have a `#[cfg(..)]`, like its item. The modules become the first part of the wire name: `billing/invoices:create`.
///
/// # Options
/// * `crate = path;` in front: where `lunora` is, when it has another name.
///
/// # Example
/// ```
/// mod customers {
///     use lunora::prelude::*;
///
///     #[query]
///     pub async fn plan(ctx: &QueryCtx, name: String) -> Result<String> {
///         ctx.run_query(crate::internal::customers::plan_of(name)).await
///     }
///
///     #[internal_query]
///     pub async fn plan_of(_ctx: &QueryCtx, name: String) -> Result<String> {
///         Ok(format!("{name} has none"))
///     }
/// }
///
/// lunora::app! {
///     customers::{plan, plan_of},
/// }
///
/// fn main() {
///     let _app: lunora::App = app();
///     let _call = api::customers::plan("Ada".to_owned());
/// }
/// ```
///
/// An internal function is not in `api`:
/// ```compile_fail
/// # mod customers {
/// #     use lunora::prelude::*;
/// #     #[internal_query]
/// #     pub async fn plan_of(_ctx: &QueryCtx, name: String) -> Result<String> { Ok(name) }
/// # }
/// # lunora::app! { customers::plan_of }
/// # fn main() {
/// let _call = api::customers::plan_of("Ada".to_owned());
/// # }
/// ```
///
/// # What it expands to
/// `pub mod api` and `pub(crate) mod internal`, nested as the modules are, with the references of the public and of the
/// internal functions; `pub fn app()`, which returns the [`App`]; and for each entry the implementation of a hidden trait
/// that says where in the tree it stands, which each item asks for. All of it stands in one hidden module, from which these
/// three names come to where the list stands.
pub use lunora_macros::app;
