//! Crons: what comes again, as jobs that make one another.
//!
//! A cron is a document of the system table `_crons`. It has one job at a time, for its next run, so that one run of it is
//! under way at most. The transaction that ends the job also notes how it ended, decides what becomes of the runs that fell
//! due meanwhile ([`plan`]), and schedules the next one: no crash comes between. There is no timer here.
//!
//! A start compares the list with the documents ([`Timetable::begin`]): that is where crons begin, change and end.

mod admin;
mod plan;
mod rows;
mod timetable;

pub use self::admin::CronInfo;
pub(crate) use self::admin::RunNow;
pub(super) use self::timetable::Timetable;
