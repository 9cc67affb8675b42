//! The application that the tests serve, written without the macros, which stand above this crate.
#![allow(clippy::elidable_lifetime_names, reason = "the lifetime is handed to a macro")]

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use lunora_core::{
    Object, Value,
    error::{Error, Result},
    reference::{Action, FunctionRef, Internal, Listed, Mutation, Public, Query},
};
use lunora_runtime::{
    database::OpenOptions,
    functions::{
        ActionCtx, App, BoxFuture, EngineOptions, Entry, FunctionInfo, Handler, MutationCtx, NewKey,
        QueryCtx, RunOf, Runtime,
    },
    store::Memory,
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

        pub const APP: App = App::__new(&[$(<$type as Entry>::item),*]);
    };
}

macro_rules! reference {
    ($life:lifetime Query) => { &$life QueryCtx };
    ($life:lifetime Mutation) => { &$life mut MutationCtx };
    ($life:lifetime Action) => { &$life ActionCtx };
}

/// How often it has slept to the end.
pub static SLEPT: AtomicU32 = AtomicU32::new(0);

static BUMPS: AtomicU32 = AtomicU32::new(0);

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
    Fail = Public Mutation "errors":"fail" |ctx: MutationCtx, code: String| -> () {
        Err(Error::app(Value::Object(Object::from_iter([("code", code)]))))
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
    let store = Arc::new(Memory::new());
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
