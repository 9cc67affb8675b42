//! Hooks, written without the macros.

use std::{
    sync::{Condvar, Mutex},
    time::Duration,
};

use lunora_core::{
    error::{Error, Result},
    reference::{FunctionRef, Hook, Internal, Listed},
};
use lunora_runtime::functions::{BoxFuture, Connection, Event, Handler, MutationCtx, RunOf};

use super::app::pass;

/// Longer than any hook takes to be run.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// What hooks were told: which, and of what connection.
static TOLD: Mutex<Vec<(&'static str, Connection)>> = Mutex::new(Vec::new());
static NEWS: Condvar = Condvar::new();

/// The names of all hooks, and arguments that they would take.
pub const NAMES: [(&str, &str, &str); 3] = [
    ("hooks", "door", r#"{"connection":1}"#),
    ("hooks", "away", r#"{"connection":1}"#),
    ("hooks", "opened", "{}"),
];

/// Waits until a hook was told of a session's connection.
pub fn told(hook: &str, session: &str) -> Connection {
    let is_it =
        |(name, connection): &&(&'static str, Connection)| *name == hook && connection.session_id == session;
    let (told, _) = NEWS
        .wait_timeout_while(TOLD.lock().unwrap(), PATIENCE, |told| {
            !told.iter().any(|entry| is_it(&entry))
        })
        .unwrap();
    let found = told.iter().find(is_it);
    found
        .unwrap_or_else(|| panic!("{hook} was not told of {session}"))
        .1
        .clone()
}

/// How often a hook was told of a session's connections.
pub fn times(hook: &str, session: &str) -> usize {
    let told = TOLD.lock().unwrap();
    told.iter()
        .filter(|(name, connection)| *name == hook && connection.session_id == session)
        .count()
}

fn tell(hook: &'static str, connection: Connection) {
    TOLD.lock().unwrap().push((hook, connection));
    NEWS.notify_all();
}

macro_rules! hooks {
    ($($type:ident = $name:literal ($($arg:ident: $argument:ty)?) $event:expr, $body:block)*) => {
        $(
            pub struct $type;

            impl Listed for $type {
                const MODULE: &'static str = "hooks";
            }

            impl FunctionRef for $type {
                type Place = Self;
                type Kind = Hook;
                type Visibility = Internal;
                type Args = ($($argument,)?);
                type Return = Result<()>;
                const ARGS: &'static [&'static str] = &[$(stringify!($arg))?];
                const NAME: &'static str = $name;
            }

            impl Handler for $type {
                const RUN: RunOf<Self> = {
                    fn run(_: &mut MutationCtx, ($($arg,)?): ($($argument,)?)) -> BoxFuture<'_, Result<()>> {
                        Box::pin(async move { $body })
                    }
                    run
                };
                const EVENT: Option<Event> = Some($event);
            }
        )*
    };
}

hooks! {
    Door = "door" (connection: Connection) Event::connect::<(Connection,)>(true), {
        match connection.user_agent.as_deref() {
            Some("refused") => Err(Error::app("not you")),
            Some("broken") => Err(Error::internal("the password is 1234")),
            _ => {
                tell("door", connection);
                Ok(())
            }
        }
    }
    Came = "came" (connection: Connection) Event::connect::<(Connection,)>(false), {
        tell("came", connection);
        Ok(())
    }
    Away = "away" (connection: Connection) Event::disconnect::<(Connection,)>(), {
        if let Some(gate) = connection.user_agent.as_deref().and_then(|name| name.strip_prefix("held at ")) {
            tell("leaving", connection.clone());
            pass(gate);
        }
        tell("away", connection);
        Ok(())
    }
    Hung = "hung" () Event::start::<()>(), {
        pass("start");
        Ok(())
    }
    Opened = "opened" () Event::start::<()>(), { Ok(()) }
}
