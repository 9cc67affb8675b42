//! The one place where a dispatcher is chosen. The public one has no internal function in it to find; the other takes
//! the proof of an admin key.

use std::sync::Arc;

use lunora_core::identity::Identity;

use super::caller::Caller;
use crate::functions::{
    Answer, CallError, CallRequest, LiveQueries, MutationWatcher, Runtime, Stalled, WatchError, WatchRequest,
};

/// Runs a call to its end.
pub(super) async fn call(
    runtime: &Runtime,
    caller: &Caller,
    request: CallRequest,
) -> Result<Answer, CallError> {
    match caller {
        Caller::Public(identity) => {
            let identity = identity.clone();
            runtime.public().call(CallRequest { identity, ..request }).await
        }
        Caller::Acting(caller) => runtime.public().call_as_user(caller, request).await,
        Caller::Admin(admin, identity) => {
            let identity = identity.clone();
            runtime
                .full()
                .call(admin, CallRequest { identity, ..request })
                .await
        }
    }
}

/// Starts a mutation, whose watcher hears how it goes.
pub(super) fn start(
    runtime: &Runtime,
    caller: &Caller,
    request: CallRequest,
    watcher: impl MutationWatcher,
) -> Option<Stalled> {
    match caller {
        Caller::Public(identity) => {
            let identity = identity.clone();
            runtime
                .public()
                .start(CallRequest { identity, ..request }, watcher)
        }
        Caller::Acting(caller) => runtime.public().start_as_user(caller, request, watcher),
        Caller::Admin(admin, identity) => {
            let identity = identity.clone();
            runtime
                .full()
                .start(admin, CallRequest { identity, ..request }, watcher)
        }
    }
}

/// Lets a connection watch a query. `identity` is the caller's, to be shared by all that they watch.
pub(super) fn watch(
    runtime: &Runtime,
    caller: &Caller,
    identity: Option<&Arc<Identity>>,
    queries: &mut LiveQueries,
    number: u32,
    request: WatchRequest,
) -> Result<(), WatchError> {
    let identity = identity.cloned();
    match caller {
        Caller::Public(_) => runtime
            .public()
            .watch(queries, number, WatchRequest { identity, ..request }),
        Caller::Acting(caller) => runtime.public().watch_as_user(caller, queries, number, request),
        Caller::Admin(admin, _) => {
            runtime
                .full()
                .watch(admin, queries, number, WatchRequest { identity, ..request })
        }
    }
}
