//! The list, as it can be run.

use std::any::TypeId;

use lunora_core::{error::Error, value::Object};

use super::{
    Crons, Missed,
    list::{Entry, When},
};
use crate::{
    calendar::{Schedule, ScheduleError, Zone},
    functions::{JobKind, Retries},
};

/// Longest name of a cron, in bytes.
const MAX_NAME: usize = 256;
const UTC: &str = "UTC";

/// A cron that can be run.
#[derive(Debug)]
pub(crate) struct Cron {
    pub(crate) name: &'static str,
    pub(crate) schedule: Schedule,
    pub(crate) missed: Missed,
    pub(crate) retries: Option<Retries>,
    /// Wire path of the function that it calls.
    pub(crate) path: &'static str,
    pub(crate) kind: JobKind,
    pub(crate) args: Object,
}

/// The list of crons is not one that can be run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CronsError {
    /// A cron is known by its name, so there is one of each.
    #[error("two crons are called `{0}`; give one of them another name")]
    Duplicate(&'static str),
    /// An option before the first cron.
    #[error("`.{0}(..)` stands before the first cron; write it after the one that it is about")]
    Misplaced(&'static str),
    /// Something is wrong with one cron.
    #[error("the cron `{name}` cannot be: {problem}")]
    Cron {
        /// The cron.
        name: &'static str,
        /// What is wrong.
        problem: CronProblem,
    },
}

/// What can be wrong with a cron.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CronProblem {
    /// The name is empty or too long.
    #[error("a name has 1 to {MAX_NAME} bytes")]
    Name,
    /// A number that no clock and no calendar shows, or an interval out of range.
    #[error(transparent)]
    Schedule(ScheduleError),
    /// No such time zone.
    #[error("there is no time zone `{0}`; the names are those of the IANA database, such as `Europe/Berlin`")]
    Zone(&'static str),
    /// An interval goes by no clock on a wall.
    #[error("an interval has no time zone: it is the same everywhere")]
    ZoneOfInterval,
    /// The arguments do not travel.
    #[error("its arguments cannot be kept: {0}")]
    Arguments(Error),
    /// The function belongs to another application.
    #[error("`{0}` is not a function of this application")]
    Function(&'static str),
}

impl Crons {
    /// The crons, if all of them can be run. `is_known` says whether a function is one of the application's.
    pub(crate) fn checked(self, is_known: impl Fn(TypeId) -> bool) -> Result<Vec<Cron>, CronsError> {
        if let Some(option) = self.misplaced {
            return Err(CronsError::Misplaced(option));
        }
        let mut crons: Vec<Cron> = Vec::with_capacity(self.list.len());
        for entry in self.list {
            if crons.iter().any(|cron| cron.name == entry.name) {
                return Err(CronsError::Duplicate(entry.name));
            }
            let name = entry.name;
            let cron = entry.checked(&is_known);
            crons.push(cron.map_err(|problem| CronsError::Cron { name, problem })?);
        }
        Ok(crons)
    }
}

impl Entry {
    fn checked(self, is_known: impl Fn(TypeId) -> bool) -> Result<Cron, CronProblem> {
        if self.name.is_empty() || self.name.len() > MAX_NAME {
            return Err(CronProblem::Name);
        }
        if !is_known(self.reference) {
            return Err(CronProblem::Function(self.path));
        }
        Ok(Cron {
            name: self.name,
            schedule: schedule(&self.when, self.zone)?,
            missed: self.missed,
            retries: self.retries,
            path: self.path,
            kind: JobKind::of(self.kind),
            args: self.args.map_err(CronProblem::Arguments)?,
        })
    }
}

fn schedule(when: &When, zone: Option<&'static str>) -> Result<Schedule, CronProblem> {
    match when {
        When::Every(_) if zone.is_some() => Err(CronProblem::ZoneOfInterval),
        When::Every(period) => Schedule::every(*period).map_err(CronProblem::Schedule),
        When::At(times) => {
            let name = zone.unwrap_or(UTC);
            let zone = Zone::named(name).ok_or(CronProblem::Zone(name))?;
            let times = times.checked().map_err(CronProblem::Schedule)?;
            Ok(Schedule::Local(times, zone))
        }
    }
}
