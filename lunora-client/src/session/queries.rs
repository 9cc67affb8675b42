//! The queries that are watched, and those that are asked once.

use std::collections::BTreeMap;

use lunora_core::{
    protocol::{Query, QueryChange, QueryModification},
    value::Object,
};
use tokio::sync::oneshot;

use crate::{
    error::{CallError, Failure},
    slot::Slot,
    watch::Outcome,
};

/// Who waits for results.
#[derive(Debug)]
pub(crate) enum Reader {
    /// Wants all of them.
    Watch(Slot<Outcome>),
    /// Wants one.
    Once(oneshot::Sender<Outcome>),
}

#[derive(Debug)]
struct Watched {
    path: &'static str,
    args: Object,
    journal: Option<String>,
    /// What was told last, so that a new connection does not tell it again.
    told: Option<Outcome>,
    reader: Reader,
}

/// All queries, by their numbers.
#[derive(Debug, Default)]
pub(super) struct Queries(BTreeMap<u32, Watched>);

impl Watched {
    /// Tells whoever watches, unless it is what they know. False if nobody watches.
    fn tell(&mut self, outcome: &Outcome) -> bool {
        let Reader::Watch(slot) = &self.reader else {
            return false;
        };
        if self.told.as_ref() != Some(outcome) {
            self.told = Some(outcome.clone());
            slot.put(outcome.clone());
        }
        true
    }

    fn message(&self, query_id: u32) -> Query {
        Query {
            journal: self.journal.clone(),
            ..Query::new(query_id, self.path, self.args.clone())
        }
    }
}

impl Queries {
    pub(super) fn add(&mut self, query_id: u32, path: &'static str, args: Object, reader: Reader) -> Query {
        let watched = Watched {
            path,
            args,
            journal: None,
            told: None,
            reader,
        };
        let message = watched.message(query_id);
        self.0.insert(query_id, watched);
        message
    }

    /// Whether it was there.
    pub(super) fn remove(&mut self, query_id: u32) -> bool {
        self.0.remove(&query_id).is_some()
    }

    /// All of them, for a new connection.
    pub(super) fn all(&self) -> Vec<QueryModification> {
        let queries = self.0.iter();
        queries
            .map(|(query_id, watched)| QueryModification::Add(watched.message(*query_id)))
            .collect()
    }

    /// Takes in what became of a query; gives its number if nobody wants to hear of it again.
    pub(super) fn change(&mut self, change: QueryChange) -> Option<u32> {
        let query_id = change.query_id();
        // Of one that was removed meanwhile there may still be news.
        let watched = self.0.get_mut(&query_id)?;
        let outcome = match change {
            QueryChange::Updated { value, journal, .. } => {
                watched.journal = journal;
                Ok(value)
            }
            QueryChange::Failed { failure, journal, .. } => {
                // The page is still where it was.
                watched.journal = journal.or(watched.journal.take());
                Err(Failure::Function(failure))
            }
            QueryChange::Removed { .. } => return None,
        };
        if watched.tell(&outcome) {
            return None;
        }
        self.answer(query_id, outcome);
        Some(query_id)
    }

    /// Ends a query that is asked once. It stays known until the server has been told.
    fn answer(&mut self, query_id: u32, outcome: Outcome) {
        if let Some(watched) = self.0.get_mut(&query_id) {
            let reader = std::mem::replace(&mut watched.reader, Reader::Watch(Slot::new()));
            if let Reader::Once(answer) = reader {
                let _ = answer.send(outcome);
            }
        }
    }

    /// Tells all readers.
    pub(super) fn fail(&mut self, error: &CallError) {
        for watched in self.0.values_mut() {
            watched.tell(&Err(error.clone().into()));
        }
        let once = self
            .0
            .extract_if(.., |_, watched| matches!(watched.reader, Reader::Once(_)));
        for (_, watched) in once {
            if let Reader::Once(answer) = watched.reader {
                let _ = answer.send(Err(error.clone().into()));
            }
        }
    }

    pub(super) fn close(&mut self) {
        for watched in self.0.values() {
            if let Reader::Watch(slot) = &watched.reader {
                slot.close();
            }
        }
    }
}
