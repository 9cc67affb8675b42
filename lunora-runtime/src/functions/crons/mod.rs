//! What an application wants to be run again and again: the list that its `#[crons]` function returns.
//!
//! Here it is made and checked. That it runs is the business of the room above, `triggers`.

mod checked;
mod list;
mod stored;

pub(crate) use self::{
    checked::Cron,
    stored::{BY_NAME, CRON, StoredCron},
};
pub use self::{
    checked::{CronProblem, CronsError},
    list::{CronList, Crons, Missed},
    stored::{CronOutcome, CronRun},
};
