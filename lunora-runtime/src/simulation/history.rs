//! What happened, as clients know it, and whether one serial order explains it.

use std::{collections::BTreeMap, sync::Arc};

use parking_lot::Mutex;

use super::{
    application::Running,
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
    /// The commits of clients that are ordered and not lost, with the number of the call that made each.
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
struct Call {
    program: Program,
    /// What clients had been told of when it was begun.
    not_before: u64,
    answer: Answer,
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
            transitions: sum(|it| it.transitions),
        }
    }
}

impl History {
    /// A client calls. Returns the number of the call.
    pub(super) fn begin(&self, program: impl FnOnce(usize) -> Program) -> (usize, Program) {
        let mut record = self.0.lock();
        let number = record.calls.len();
        let program = program(number);
        let not_before = record.told_up_to;
        record.note(|| format!("{number} begins {program:?}"));
        record.calls.push(Call {
            program: program.clone(),
            not_before,
            answer: Answer::None,
        });
        (number, program)
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
        let versions = record.versions(&mut tally)?;
        for (number, call) in record.calls.iter().enumerate() {
            call.explain(&record.commits, number, &versions, &mut tally)
                .map_err(|why| format!("call {number}, {:?}: {why}", call.program))?;
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

    fn versions(&self, tally: &mut Tally) -> Result<Versions, String> {
        let (mut model, mut versions) = (Model::default(), Versions::new());
        versions.insert(0, model.clone());
        for (ts, number) in &self.commits {
            let call = &self.calls[*number];
            let outcome = model.run(&call.program);
            tally.commits += 1;
            match &call.answer {
                Answer::None => tally.unacknowledged += 1,
                Answer::Done(told, seen) if told.0 == *ts && *seen == outcome => {}
                Answer::Refused(why) if why.contains("the outcome is unknown") => tally.unacknowledged += 1,
                answer => {
                    return Err(format!(
                        "call {number}, {:?}, was committed at {ts} and came to {answer:?}, but one after the other to {outcome:?}",
                        call.program
                    ));
                }
            }
            if *ts <= call.not_before {
                return Err(format!(
                    "call {number} was committed at {ts}, but clients had been told of {} before",
                    call.not_before
                ));
            }
            versions.insert(*ts, model.clone());
        }
        Ok(versions)
    }
}

impl Call {
    fn explain(
        &self,
        commits: &BTreeMap<u64, usize>,
        number: usize,
        versions: &Versions,
        tally: &mut Tally,
    ) -> Result<(), String> {
        match &self.answer {
            Answer::None => {}
            Answer::Refused(_) => tally.refusals += 1,
            Answer::Done(ts, _) if commits.get(&ts.0) == Some(&number) => {}
            Answer::Done(ts, seen) => {
                tally.reads += 1;
                if ts.0 < self.not_before {
                    return Err(format!(
                        "it read at {ts}, but clients had been told of {} before",
                        self.not_before
                    ));
                }
                let expected = at(versions, ts.0).run(&self.program);
                if expected != *seen {
                    return Err(format!("it saw {seen:?} at {ts}, and there was {expected:?}"));
                }
            }
            Answer::Failed(seen) => {
                tally.failures += 1;
                let first = versions.range(..=self.not_before).next_back();
                let first = first.map_or(0, |(ts, _)| *ts);
                let explains = |model: &Model| model.clone().run(&self.program) == *seen;
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
