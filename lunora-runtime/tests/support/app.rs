//! The application that the tests serve, written without the macros, which stand above this crate.
#![allow(clippy::elidable_lifetime_names, reason = "the lifetime is handed to a macro")]

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use lunora_core::{
    Object, Value,
    error::{Error, Result},
    limits::LimitOverrides,
    pagination::{Page, PaginationOptions},
    reference::{Action, Call, FunctionRef, Internal, Listed, Mutation, Public, Query},
    shape::{Field, Node, Shape, Shapes},
    table::{Doc, IndexSpec, Table},
};
use lunora_runtime::{
    database::OpenOptions,
    functions::{
        ActionCtx, App, BoxFuture, EngineOptions, Entry, FunctionInfo, Handler, Item, MutationCtx, NewKey,
        QueryCtx, RunOf, Runtime, entry,
    },
    store::{Memory, Store},
};
use serde::{Deserialize, Serialize};

use super::{
    hooks::{Away, Came, Door, Hung, Opened},
    web::{AnyBody, AnyRead, AnyWrite},
};

/// How long `slow:sleep` takes.
pub const SLEEP: Duration = Duration::from_millis(500);

macro_rules! functions {
    ($(
        $type:ident = $visibility:ident $kind:ident $module:literal : $name:literal
        |$ctx:ident: $context:ty $(, $arg:ident: $argument:ty)*| -> $output:ty $body:block
    )*) => {
        $(
            struct $type;

            impl Listed for $type {
                const MODULE: &'static str = $module;
            }

            impl FunctionRef for $type {
                type Place = Self;
                type Kind = $kind;
                type Visibility = $visibility;
                type Args = ($($argument,)*);
                type Return = Result<$output>;
                const ARGS: &'static [&'static str] = &[$(stringify!($arg)),*];
                const NAME: &'static str = $name;
                // Those that wait at a gate do so for as long as a busy machine takes.
                const LIMITS: LimitOverrides = LimitOverrides {
                    work_millis: Some(14_000),
                    ..LimitOverrides::NONE
                };
            }

            impl Handler for $type {
                const RUN: RunOf<Self> = {
                    fn run<'a>($ctx: reference!('a $kind), ($($arg,)*): ($($argument,)*)) -> BoxFuture<'a, Result<$output>> {
                        Box::pin(async move {
                            let _: &$context = &*$ctx;
                            $body
                        })
                    }
                    run
                };
            }
        )*

        pub const APP: App = App::__new(&[$(entry::<$type>(),)* entry::<Notes>()]);

        /// The same with HTTP actions that take whatever comes, and with hooks.
        pub const APP_ON_THE_WEB: App = App::__new(&[
            $(entry::<$type>(),)*
            entry::<Notes>(),
            entry::<AnyRead>(),
            entry::<AnyWrite>(),
            entry::<AnyBody>(),
            entry::<Door>(),
            entry::<Away>(),
            entry::<Opened>(),
        ]);

        /// The same with a hook for the start that waits at a gate.
        pub const APP_THAT_HANGS: App = App::__new(&[
            $(entry::<$type>(),)*
            entry::<Notes>(),
            entry::<Hung>(),
        ]);

        /// The same with hooks that let everybody in.
        pub const APP_WITH_OPEN_DOORS: App = App::__new(&[
            $(entry::<$type>(),)*
            entry::<Notes>(),
            entry::<Came>(),
            entry::<Away>(),
        ]);
    };
}

/// A document.
#[derive(Debug, Serialize, Deserialize)]
struct Note {
    name: String,
}

impl Shape for Note {
    fn shape(shapes: &mut Shapes) -> Node {
        Node::object([Field::of::<String>("name", shapes)])
    }
}

impl Table for Note {
    const NAME: &'static str = "notes";
    const INDEXES: &'static [IndexSpec] = &[];
}

/// The entry of the documents' table.
struct Notes;

impl Entry for Notes {
    const WIRE_NAME: &'static str = "notes";
    fn item() -> Item {
        Item::table::<Note>()
    }
}

macro_rules! reference {
    ($life:lifetime Query) => { &$life QueryCtx };
    ($life:lifetime Mutation) => { &$life mut MutationCtx };
    ($life:lifetime Action) => { &$life ActionCtx };
}

/// How often it has slept to the end.
pub static SLEPT: AtomicU32 = AtomicU32::new(0);

static BUMPS: AtomicU32 = AtomicU32::new(0);

/// Gates that are shut: a `gate:pass` waits at them, holding its thread.
static SHUT: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
static OPENED: Condvar = Condvar::new();

/// How often `gate:holdOn` was begun, by name.
static ACTED: Mutex<BTreeMap<String, u32>> = Mutex::new(BTreeMap::new());

/// How often `gate:holdOn` was begun under this name.
pub fn acted(name: &str) -> u32 {
    ACTED.lock().unwrap().get(name).copied().unwrap_or_default()
}

/// Shuts a gate, which opens again on drop.
pub fn shut(name: &str) -> Gate {
    SHUT.lock().unwrap().insert(name.to_owned());
    Gate(name.to_owned())
}

/// A gate that is shut.
pub struct Gate(String);

/// Waits at a gate, if it is shut.
pub fn pass(name: &str) {
    drop(
        OPENED
            .wait_while(SHUT.lock().unwrap(), |shut| shut.contains(name))
            .unwrap(),
    );
}

impl Drop for Gate {
    fn drop(&mut self) {
        SHUT.lock().unwrap().remove(&self.0);
        OPENED.notify_all();
    }
}

functions! {
    Echo = Public Query "values":"echo" |ctx: QueryCtx, value: Option<Value>| -> Value {
        Ok(value.unwrap_or_default())
    }
    Who = Public Query "values":"who" |ctx: QueryCtx| -> Option<String> {
        Ok(ctx.auth().identity().map(|user| user.token_identifier.clone()))
    }
    Bump = Public Mutation "values":"bump" |ctx: MutationCtx| -> u32 {
        Ok(BUMPS.fetch_add(1, Ordering::Relaxed))
    }
    AddNote = Public Mutation "notes":"add" |ctx: MutationCtx, name: String| -> () {
        ctx.db().insert(Note { name }).await.map(drop)
    }
    CountNotes = Public Query "notes":"count" |ctx: QueryCtx| -> f64 {
        let count = ctx.db().query::<Note>().count().await?;
        Ok(f64::from(u32::try_from(count).unwrap()))
    }
    Fail = Public Mutation "errors":"fail" |ctx: MutationCtx, code: String| -> () {
        Err(Error::app(Value::Object(Object::from_iter([("code", code)]))))
    }
    PageOfNotes = Public Query "notes":"page" |ctx: QueryCtx, options: PaginationOptions| -> Page<Doc<Note>> {
        ctx.db().query::<Note>().paginate(options).await
    }
    Pass = Public Mutation "gate":"pass" |ctx: MutationCtx, name: String| -> () {
        ctx.db().insert(Note { name: name.clone() }).await?;
        pass(&name);
        Ok(())
    }
    Pile = Public Mutation "gate":"pile" |ctx: MutationCtx, name: String, jobs: u32| -> () {
        for _ in 0..jobs {
            let job = Call::<Pass>::__new((name.clone(),));
            ctx.scheduler().run_after(Duration::ZERO, job).await?;
        }
        Ok(())
    }
    ActLater = Public Mutation "gate":"actLater" |ctx: MutationCtx, name: String| -> () {
        let job = Call::<Act>::__new((name,));
        ctx.scheduler().run_after(Duration::ZERO, job).await.map(drop)
    }
    Act = Internal Action "gate":"holdOn" |ctx: ActionCtx, name: String| -> () {
        *ACTED.lock().unwrap().entry(name.clone()).or_default() += 1;
        while SHUT.lock().unwrap().contains(&name) {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        Ok(())
    }
    Look = Public Query "gate":"look" |ctx: QueryCtx, name: String| -> f64 {
        pass(&name);
        let count = ctx.db().query::<Note>().count().await?;
        Ok(f64::from(u32::try_from(count).unwrap()))
    }
    Refuse = Public Query "errors":"refuse" |ctx: QueryCtx| -> () {
        Err(Error::app("refused"))
    }
    Crash = Public Query "errors":"crash" |ctx: QueryCtx| -> () {
        panic!("a secret that only the log should tell")
    }
    Sleep = Public Action "slow":"sleep" |ctx: ActionCtx| -> String {
        tokio::time::sleep(SLEEP).await;
        SLEPT.fetch_add(1, Ordering::SeqCst);
        Ok("slept".to_owned())
    }
    HiddenQuery = Internal Query "values":"hidden" |ctx: QueryCtx, value: f64| -> f64 {
        Ok(value)
    }
    HiddenMutation = Internal Mutation "deep/er":"purge" |ctx: MutationCtx, value: f64| -> f64 {
        Ok(value)
    }
    HiddenAction = Internal Action "deep/er":"sweep" |ctx: ActionCtx, value: f64| -> f64 {
        Ok(value)
    }
    HiddenDefault = Internal Query "deep/alone":"default" |ctx: QueryCtx, value: f64| -> f64 {
        Ok(value)
    }
}

/// An application on a store in memory, with its admin key.
pub fn open(app: App) -> (Runtime, String) {
    open_with(app, EngineOptions::default())
}

/// The same with other options.
pub fn open_with(app: App, options: EngineOptions) -> (Runtime, String) {
    open_on(Arc::new(Memory::new()), app, options)
}

/// The same on a store.
pub fn open_on(store: Arc<dyn Store>, app: App, options: EngineOptions) -> (Runtime, String) {
    let runtime = Runtime::open(app, store, options, OpenOptions::default()).unwrap();
    let mut key = String::new();
    let keep = |made: &NewKey| {
        made.expose().clone_into(&mut key);
        Ok::<_, std::convert::Infallible>(())
    };
    runtime.ensure_admin_key(keep).unwrap().unwrap();
    (runtime, key)
}

/// What the application has, as its administrator sees it.
pub fn functions(runtime: &Runtime, admin_key: &str) -> Vec<FunctionInfo> {
    let key = runtime.admin_keys().verify(admin_key).unwrap();
    let caller = key.run_internal().unwrap();
    runtime.full().functions(&caller)
}
