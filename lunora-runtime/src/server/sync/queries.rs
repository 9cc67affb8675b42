//! The queries that a connection watches, as it has asked for them.

use std::{collections::HashMap, sync::Arc};

use lunora_core::{
    error::{Error, RequestError},
    identity::Identity,
    path::FunctionPath,
    protocol::Query,
};

use super::{
    super::{
        admission::{Quota, Share},
        answer::readable,
        caller::Caller,
        dispatch,
    },
    end::End,
    versions::Change,
};
use crate::functions::{LiveQueries, RequestId, Runtime, WatchError, WatchRequest};

/// As many queries that are not watched may be in the set beside those that are.
const MAX_REFUSED: usize = 1_000;
/// What a subscription takes beside its request, roughly.
const OVERHEAD: usize = 1 << 10;

/// The set of one connection.
pub(super) struct Queries {
    entries: HashMap<u32, Entry>,
    refused: usize,
    room: Quota,
}

enum Entry {
    Watched {
        /// To watch it again when the caller is another one.
        request: WatchRequest,
        _share: Share,
    },
    /// Not watched: the request was not right, or one too many.
    Refused,
}

/// Who watches, and with what.
pub(super) struct Watching<'a> {
    pub(super) runtime: &'a Runtime,
    pub(super) caller: &'a Caller,
    pub(super) identity: Option<&'a Arc<Identity>>,
    pub(super) live: &'a mut LiveQueries,
}

impl Watching<'_> {
    fn watch(&mut self, number: u32, request: WatchRequest) -> Result<(), WatchError> {
        dispatch::watch(
            self.runtime,
            self.caller,
            self.identity,
            self.live,
            number,
            request,
        )
    }
}

impl Queries {
    /// `room` is for the arguments of all connections.
    pub(super) fn new(room: Quota) -> Self {
        Self {
            entries: HashMap::new(),
            refused: 0,
            room,
        }
    }

    /// How many are watched.
    pub(super) fn watched(&self) -> usize {
        self.entries.len() - self.refused
    }

    /// Adds one. What is wrong with it alone becomes its failure.
    pub(super) fn add(
        &mut self,
        query: Query,
        watching: &mut Watching<'_>,
        change: &mut Change,
    ) -> Result<(), End> {
        let number = query.query_id;
        if self.entries.contains_key(&number) {
            return Err(End::Fatal(format!("query {number} is added twice")));
        }
        match self.try_add(query, watching) {
            Ok(entry) => {
                self.entries.insert(number, entry);
                Ok(())
            }
            Err(Refusal::Query(error)) => self.refuse(number, &error, change),
            Err(Refusal::Connection(end)) => Err(end),
        }
    }

    fn try_add(&self, query: Query, watching: &mut Watching<'_>) -> Result<Entry, Refusal> {
        let number = query.query_id;
        let request = requested(query)?;
        let size = OVERHEAD + request.bytes();
        let share = self.room.take(size).ok_or(Refusal::Connection(End::Overloaded(
            "the server holds too many subscriptions (limit: subscription_bytes)",
        )))?;
        watching.watch(number, request.clone())?;
        Ok(Entry::Watched {
            request,
            _share: share,
        })
    }

    fn refuse(&mut self, number: u32, error: &Error, change: &mut Change) -> Result<(), End> {
        if self.refused == MAX_REFUSED {
            let message =
                format!("more than {MAX_REFUSED} queries that cannot be watched are in the query set");
            return Err(End::Fatal(message));
        }
        self.refused += 1;
        self.entries.insert(number, Entry::Refused);
        change.failed.push((number, readable(RequestId::random(), error)));
        Ok(())
    }

    /// Removes one.
    pub(super) fn remove(
        &mut self,
        number: u32,
        live: &mut LiveQueries,
        change: &mut Change,
    ) -> Result<(), End> {
        match self.entries.remove(&number) {
            None => return Err(End::Fatal(format!("query {number} is removed and was not there"))),
            Some(Entry::Watched { .. }) => drop(live.remove(number)),
            Some(Entry::Refused) => {
                self.refused -= 1;
                change.failed.retain(|(failed, _)| *failed != number);
            }
        }
        change.removed.push(number);
        Ok(())
    }

    /// Watches all of them again, for another caller.
    pub(super) fn watch_again(&self, watching: &mut Watching<'_>) -> Result<(), WatchError> {
        for (number, entry) in &self.entries {
            if let Entry::Watched { request, .. } = entry {
                watching.watch(*number, request.clone())?;
            }
        }
        Ok(())
    }

    /// The client is told that the page of a query ends here.
    pub(super) fn remember(&mut self, number: u32, journal: Option<&str>) {
        if let Some(Entry::Watched { request, .. }) = self.entries.get_mut(&number)
            && request.journal.as_deref() != journal
        {
            request.journal = journal.map(str::to_owned);
        }
    }

    /// Where the page of a query ended last.
    pub(super) fn journal(&self, number: u32) -> Option<&str> {
        match self.entries.get(&number)? {
            Entry::Watched { request, .. } => request.journal.as_deref(),
            Entry::Refused => None,
        }
    }
}

/// What is not as it should be about an addition.
enum Refusal {
    Query(Error),
    Connection(End),
}

impl From<WatchError> for Refusal {
    fn from(error: WatchError) -> Self {
        match error {
            WatchError::TooMany(limit) => Self::Query(Error::from(limit)),
            WatchError::KeyRevoked => Self::Connection(End::CredentialEnded(error.to_string())),
        }
    }
}

/// Nothing here looks at the functions that there are.
fn requested(query: Query) -> Result<WatchRequest, Refusal> {
    let path = parse_path(&query.path, query.component_path.as_deref()).map_err(Refusal::Query)?;
    let args = query.args.map_err(|error| {
        let error = RequestError::Arguments(error.to_string());
        Refusal::Query(Error::request(error))
    })?;
    Ok(WatchRequest {
        path,
        args,
        identity: None,
        journal: query.journal,
    })
}

/// The function that a message names.
pub(super) fn parse_path(path: &str, component: Option<&str>) -> Result<FunctionPath, Error> {
    if component.is_some_and(|component| !component.is_empty()) {
        return Err(Error::from(NoComponents));
    }
    FunctionPath::parse(path).map_err(Error::from)
}

#[derive(Debug, thiserror::Error)]
#[error("this server has no components; leave out `componentPath`")]
struct NoComponents;
