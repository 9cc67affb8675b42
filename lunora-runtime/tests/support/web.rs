//! HTTP actions, written without the macros.

use std::{
    pin::Pin,
    sync::atomic::{AtomicU32, Ordering},
    task::{Context, Poll},
};

use bytes::Bytes;
use futures_core::Stream;
use lunora_core::{
    error::{Error, Result},
    reference::Listed,
};
use lunora_runtime::functions::{
    ActionCtx, App, Asset, BoxFuture, Entry, HttpAction, HttpRun, Item, Request, Response, entry,
};
use tokio::sync::Semaphore;

macro_rules! http_actions {
    ($($type:ident = $method:ident $route:literal $run:ident)*) => {
        $(
            pub struct $type;

            impl Listed for $type {
                const MODULE: &'static str = "web";
            }

            impl HttpAction for $type {
                type Place = Self;
                type Request = Request;
                type Return = Result<Response>;
                const METHOD: &'static str = stringify!($method);
                const ROUTE: &'static str = $route;
                const RUN: HttpRun<Self> = $run;
            }

            impl Entry for $type {
                const WIRE_NAME: &'static str = concat!("http ", stringify!($method), " ", $route);
                fn item() -> Item {
                    Item::http_action::<Self>()
                }
            }
        )*

        const ACTIONS: App = App::__new(&[$(entry::<$type>()),*]);
    };
}

const FILES: &[Asset] = &[
    Asset::new("/app.js", b"a file"),
    Asset::new("/hidden.js", b"hidden"),
];

http_actions! {
    Upload = POST "/upload" upload
    Echo = POST "/echo" echo
    Deaf = POST "/deaf" deaf
    Ticks = GET "/ticks" ticks
    Events = GET "/events" events
    Unending = GET "/unending" unending
    Silent = GET "/silent" silent
    Broken = GET "/broken" broken
    Who = GET "/who" who
    Wait = POST "/wait" wait
    Never = GET "/never" never
    Framed = GET "/framed" framed
    Fail = GET "/fail" fail
    Refuse = GET "/refuse" refuse
    Script = POST "/app.js" deaf
    Hidden = GET "/hidden.js" deaf
    AnyRead = GET "/web/{*path}" all
    AnyWrite = POST "/web/{*path}" upload
    AnyBody = POST "/web" echo
    All = PUT "/all/{*path}" all
}

/// The actions, and two files.
pub fn web() -> App {
    ACTIONS.assets(FILES)
}

type Answer<'a> = BoxFuture<'a, Result<Response>>;

/// The number of bytes that came.
fn upload(_: &ActionCtx, mut request: Request) -> Answer<'_> {
    Box::pin(async move { Ok(Response::text(request.bytes().await?.len().to_string())) })
}

fn echo(_: &ActionCtx, request: Request) -> Answer<'_> {
    Box::pin(async move { Ok(Response::stream(request.into_body())) })
}

fn deaf(_: &ActionCtx, _: Request) -> Answer<'_> {
    Box::pin(async move { Ok(Response::text("not read")) })
}

/// How many pieces `/ticks` may send.
pub static TICKS: Semaphore = Semaphore::const_new(0);
/// How many streams of `/ticks` have been dropped.
pub static DROPPED: AtomicU32 = AtomicU32::new(0);

struct Ticking(BoxFuture<'static, ()>);

impl Ticking {
    fn next() -> BoxFuture<'static, ()> {
        Box::pin(async { TICKS.acquire().await.unwrap().forget() })
    }
}

impl Stream for Ticking {
    type Item = Result<Bytes>;
    fn poll_next(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Option<Result<Bytes>>> {
        self.0.as_mut().poll(task).map(|()| {
            self.0 = Self::next();
            Some(Ok(Bytes::from_static(b"tick")))
        })
    }
}

impl Drop for Ticking {
    fn drop(&mut self) {
        DROPPED.fetch_add(1, Ordering::SeqCst);
    }
}

fn ticks(_: &ActionCtx, _: Request) -> Answer<'_> {
    Box::pin(async move { Ok(Response::stream(Ticking(Ticking::next()))) })
}

/// One piece, and then nothing for ever.
struct Single(bool);

impl Stream for Single {
    type Item = Result<Bytes>;
    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Bytes>>> {
        if std::mem::take(&mut self.0) {
            Poll::Ready(Some(Ok(Bytes::from_static(b"event"))))
        } else {
            Poll::Pending
        }
    }
}

fn events(_: &ActionCtx, _: Request) -> Answer<'_> {
    Box::pin(async move { Ok(Response::endless(Single(true))) })
}

fn unending(_: &ActionCtx, _: Request) -> Answer<'_> {
    Box::pin(async move { Ok(Response::stream(Single(true))) })
}

/// Never gives anything.
struct Silence;

impl Stream for Silence {
    type Item = Result<Bytes>;
    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Bytes>>> {
        Poll::Pending
    }
}

fn silent(_: &ActionCtx, _: Request) -> Answer<'_> {
    Box::pin(async move { Ok(Response::stream(Silence)) })
}

/// One piece, then an error.
struct Breaking(bool);

impl Stream for Breaking {
    type Item = Result<Bytes>;
    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Bytes>>> {
        let first = std::mem::take(&mut self.0);
        let piece = if first {
            Ok(Bytes::from_static(b"piece"))
        } else {
            Err(Error::internal("a secret"))
        };
        Poll::Ready(Some(piece))
    }
}

fn broken(_: &ActionCtx, _: Request) -> Answer<'_> {
    Box::pin(async move { Ok(Response::stream(Breaking(true))) })
}

fn who(ctx: &ActionCtx, _: Request) -> Answer<'_> {
    Box::pin(async move {
        let user = ctx.auth().identity().map(|user| user.token_identifier.clone());
        Ok(Response::text(user.unwrap_or_else(|| "nobody".to_owned())))
    })
}

/// How many actions may go on, and how many have.
pub static MAY_END: Semaphore = Semaphore::const_new(0);
pub static BEGUN: Semaphore = Semaphore::const_new(0);
pub static ENDED: Semaphore = Semaphore::const_new(0);

fn wait(_: &ActionCtx, _: Request) -> Answer<'_> {
    Box::pin(async move {
        BEGUN.add_permits(1);
        MAY_END.acquire().await?.forget();
        ENDED.add_permits(1);
        Ok(Response::text("ended"))
    })
}

fn never(_: &ActionCtx, _: Request) -> Answer<'_> {
    Box::pin(std::future::pending())
}

/// Tries to say how its message is framed.
fn framed(_: &ActionCtx, _: Request) -> Answer<'_> {
    Box::pin(async move {
        let response = Response::text("four")
            .header("content-length", "2")
            .header("transfer-encoding", "chunked");
        Ok(response
            .header("connection", "close, x-kept")
            .header("x-kept", "yes"))
    })
}

fn fail(_: &ActionCtx, _: Request) -> Answer<'_> {
    Box::pin(async move { Err(Error::internal("a secret")) })
}

fn refuse(_: &ActionCtx, _: Request) -> Answer<'_> {
    Box::pin(async move { Err(Error::app("x".repeat(1_000_000))) })
}

fn all(_: &ActionCtx, request: Request) -> Answer<'_> {
    Box::pin(async move { Ok(Response::text(request.path::<String>()?)) })
}
