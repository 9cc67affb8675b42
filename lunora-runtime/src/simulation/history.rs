//! What happened, as clients know it, and whether one serial order explains it.

use std::{collections::BTreeMap, sync::Arc};

use parking_lot::Mutex;

use super::{
    application::Running,
    keys::{Key, Taken},
    model::Model,
    operation::{Outcome, Program},
};
use crate::store::Timestamp;

/// The history of one seed. Clones are the same one.
#[derive(Debug, Clone, Default)]
pub(super) struct History(Arc<Mutex<Record>>);

#[derive(Debug, Default)]
struct Record {
    calls: Vec<Call>,
    /// The commits of clients that are ordered and not lost, with the number of the call that made each, or of the first
    /// that was this mutation.
    commits: BTreeMap<u64, usize>,
    /// The commit that is being ordered.
    in_doubt: Option<(u64, Running)>,
    /// The newest commit that any client has been told of.
    told_up_to: u64,
    told: Vec<Told>,
    /// Commits that were ordered and were gone after the next start.
    lost: usize,
    /// Commits of calls that were run more than once, and of those that had lost so often that they took the lane.
    repeated: usize,
    in_lane: usize,
    /// All of it, in words.
    log: Vec<String>,
}

#[derive(Debug)]
pub(super) struct Call {
    pub(super) request: Request,
    /// What clients had been told of when it was begun.
    not_before: u64,
    pub(super) answer: Answer,
}

/// What is called.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) program: Program,
    /// The number of the first call that sent this. It is an argument, so that the same is the same mutation.
    pub(super) first: usize,
    pub(super) key: Option<Key>,
}

/// What became of a call.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Answer {
    /// Nobody heard of it again.
    None,
    Done(Timestamp, Outcome),
    /// The function failed, having seen this.
    Failed(Outcome),
    /// It was not run to its end.
    Refused(String),
}

/// Why calls are refused here. "Previous I/O error" is what redb says until the store knows that it has failed; and where time
/// leaps in the middle of a run, it has worked for too long.
const REFUSALS: [&str; 7] = [
    "the store has failed",
    "the outcome is unknown",
    "the disk is full",
    "IdempotencyKeyReused",
    "cannot prepare the log segment",
    "Previous I/O error occurred",
    "as long as its work_millis",
];

/// All that a client holds of what it watches.
#[derive(Debug)]
struct Told {
    ts: u64,
    results: Vec<(Program, Outcome)>,
}

/// How much of everything there was.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) commits: usize,
    pub(super) unacknowledged: usize,
    pub(super) lost: usize,
    pub(super) repeated: usize,
    pub(super) in_lane: usize,
    pub(super) reads: usize,
    pub(super) failures: usize,
    pub(super) refusals: usize,
    /// Mutations that clients were told of more than once, and calls with a key that was another's.
    pub(super) answered_again: usize,
    pub(super) keys_refused: usize,
    pub(super) transitions: usize,
}

impl Tally {
    /// Of all of them together.
    pub(super) fn sum(tallies: &[Self]) -> Self {
        let sum = |of: fn(&Self) -> usize| tallies.iter().map(of).sum();
        Self {
            commits: sum(|it| it.commits),
            unacknowledged: sum(|it| it.unacknowledged),
            lost: sum(|it| it.lost),
            repeated: sum(|it| it.repeated),
            in_lane: sum(|it| it.in_lane),
            reads: sum(|it| it.reads),
            failures: sum(|it| it.failures),
            refusals: sum(|it| it.refusals),
            answered_again: sum(|it| it.answered_again),
            keys_refused: sum(|it| it.keys_refused),
            transitions: sum(|it| it.transitions),
        }
    }
}

impl History {
    /// A client calls. What it calls may depend on what was called before, and on the number of the call, which is
    /// returned.
    pub(super) fn begin(&self, request: impl FnOnce(&[Call], usize) -> Request) -> (usize, Request) {
        let mut record = self.0.lock();
        let number = record.calls.len();
        let request = request(&record.calls, number);
        let not_before = record.told_up_to;
        record.note(|| format!("{number} begins {request:?}"));
        record.calls.push(Call {
            request: request.clone(),
            not_before,
            answer: Answer::None,
        });
        (number, request)
    }

    /// Its client hears of it.
    pub(super) fn end(&self, number: usize, answer: Answer) {
        let mut record = self.0.lock();
        record.note(|| format!("{number} ends {answer:?}"));
        if let Answer::Done(ts, _) = &answer {
            record.told_up_to = record.told_up_to.max(ts.0);
        }
        record.calls[number].answer = answer;
    }

    /// A commit is about to be ordered.
    pub(super) fn orders(&self, ts: Timestamp, running: Running) {
        self.0.lock().in_doubt = Some((ts.0, running));
    }

    /// It is, or is not.
    pub(super) fn ordered(&self, is_ordered: bool) {
        let mut record = self.0.lock();
        if let Some((ts, running)) = record.in_doubt.take()
            && is_ordered
        {
            record.order(ts, running);
        }
    }

    /// A client holds these results from now on.
    pub(super) fn told(&self, ts: Timestamp, results: Vec<(Program, Outcome)>) {
        let mut record = self.0.lock();
        record.note(|| format!("told at {ts} {results:?}"));
        record.told_up_to = record.told_up_to.max(ts.0);
        record.told.push(Told { ts: ts.0, results });
    }

    /// After a start, this is the newest commit that is there.
    pub(super) fn recovered(&self, newest: Timestamp) -> Result<(), String> {
        let mut record = self.0.lock();
        record.note(|| format!("recovered up to {newest}"));
        if let Some((ts, running)) = record.in_doubt.take() {
            record.order(ts, running);
        }
        // What is gone may have been there once: of these, nobody may have been told.
        let ordered = record.commits.len();
        record.commits.retain(|ts, _| *ts <= newest.0);
        record.lost += ordered - record.commits.len();
        if record.told_up_to > newest.0 {
            return Err(format!(
                "clients were told of {}, and after the start the newest commit is {newest}",
                record.told_up_to
            ));
        }
        Ok(())
    }

    /// Something to compare with the history of the same seed.
    pub(super) fn note(&self, what: &str) {
        self.0.lock().note(|| what.to_owned());
    }

    /// What there is to compare with the history of the same seed.
    pub(super) fn log(&self) -> Vec<String> {
        self.0.lock().log.clone()
    }

    /// Repeats everything one after the other.
    pub(super) fn explain(&self) -> Result<Tally, String> {
        let record = self.0.lock();
        let mut tally = Tally {
            lost: record.lost,
            repeated: record.repeated,
            in_lane: record.in_lane,
            ..Tally::default()
        };
        let mut taken = Taken::default();
        let versions = record.versions(&mut taken, &mut tally)?;
        for (number, call) in record.calls.iter().enumerate() {
            let explained = match call.request.key {
                Some(key) => taken.explain(call, key, &mut tally),
                None => Ok(()),
            };
            explained
                .and_then(|()| call.explain(&record.commits, &versions, &mut tally))
                .map_err(|why| format!("call {number}, {:?}: {why}", call.request))?;
        }
        for told in &record.told {
            tally.transitions += 1;
            told.explain(&versions)?;
        }
        Ok(tally)
    }
}

/// The data as of each commit.
type Versions = BTreeMap<u64, Model>;

fn at(versions: &Versions, ts: u64) -> Model {
    let before = versions.range(..=ts).next_back();
    before.map_or_else(Model::default, |(_, model)| model.clone())
}

impl Record {
    fn note(&mut self, what: impl FnOnce() -> String) {
        self.log.push(what());
    }

    fn order(&mut self, ts: u64, Running { number, runs }: Running) {
        self.note(|| format!("{number} is ordered at {ts} by run {runs}"));
        self.repeated += usize::from(runs > 1);
        self.in_lane += usize::from(runs > 2);
        self.commits.insert(ts, number);
    }

    fn versions(&self, taken: &mut Taken, tally: &mut Tally) -> Result<Versions, String> {
        let (mut model, mut versions) = (Model::default(), Versions::new());
        versions.insert(0, model.clone());
        for (ts, first) in &self.commits {
            let call = &self.calls[*first];
            let outcome = model.run(&call.request.program);
            tally.commits += 1;
            let explained = match call.request.key {
                Some(key) => taken.take(key, *first),
                None => Ok(()),
            };
            explained
                .and_then(|()| self.explain_answers(*ts, *first, &outcome, tally))
                .map_err(|why| format!("call {first}, {:?}, was committed at {ts}: {why}", call.request))?;
            if *ts <= call.not_before {
                return Err(format!(
                    "call {first} was committed at {ts}, but clients had been told of {} before",
                    call.not_before
                ));
            }
            versions.insert(*ts, model.clone());
        }
        Ok(versions)
    }

    /// Compares what clients were told of a commit, by all calls that are this mutation.
    fn explain_answers(
        &self,
        ts: u64,
        first: usize,
        outcome: &Outcome,
        tally: &mut Tally,
    ) -> Result<(), String> {
        let mut is_known = false;
        for call in self.calls[first..]
            .iter()
            .filter(|call| call.request.first == first)
        {
            match &call.answer {
                Answer::None => {}
                Answer::Done(told, seen) if told.0 == ts && seen == outcome => is_known = true,
                Answer::Refused(why) if why.contains("the outcome is unknown") => {}
                // It may not be the one that was run.
                Answer::Refused(_) if call.request.key.is_some() => {}
                answer => {
                    return Err(format!(
                        "it came to {answer:?}, but one after the other to {outcome:?}"
                    ));
                }
            }
        }
        tally.unacknowledged += usize::from(!is_known);
        Ok(())
    }
}

impl Call {
    fn explain(
        &self,
        commits: &BTreeMap<u64, usize>,
        versions: &Versions,
        tally: &mut Tally,
    ) -> Result<(), String> {
        match &self.answer {
            Answer::None => {}
            Answer::Refused(why) => {
                tally.refusals += 1;
                if !REFUSALS.iter().any(|reason| why.contains(reason)) {
                    return Err(format!("it was refused: {why}"));
                }
            }
            Answer::Done(ts, _) if commits.get(&ts.0) == Some(&self.request.first) => {}
            Answer::Done(ts, seen) => {
                tally.reads += 1;
                if ts.0 < self.not_before {
                    return Err(format!(
                        "it read at {ts}, but clients had been told of {} before",
                        self.not_before
                    ));
                }
                let expected = at(versions, ts.0).run(&self.request.program);
                if expected != *seen {
                    return Err(format!("it saw {seen:?} at {ts}, and there was {expected:?}"));
                }
            }
            Answer::Failed(seen) => {
                tally.failures += 1;
                let first = versions.range(..=self.not_before).next_back();
                let first = first.map_or(0, |(ts, _)| *ts);
                let explains = |model: &Model| model.clone().run(&self.request.program) == *seen;
                if !versions.range(first..).any(|(_, model)| explains(model)) {
                    return Err(format!("it failed after it had seen {seen:?}, which never was"));
                }
            }
        }
        Ok(())
    }
}

impl Told {
    fn explain(&self, versions: &Versions) -> Result<(), String> {
        let model = at(versions, self.ts);
        for (program, seen) in &self.results {
            let expected = model.clone().run(program);
            if expected != *seen {
                return Err(format!(
                    "a client that watches {program:?} holds {seen:?} as of {}, and there was {expected:?}",
                    self.ts
                ));
            }
        }
        Ok(())
    }
}
