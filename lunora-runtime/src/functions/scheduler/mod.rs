//! Scheduled calls: documents of the system table `_jobs`, written by the transactions that schedule them.
//!
//! A job is pending until its time, and [`StoredJob`] says how it goes on from there. Whatever changes one goes through
//! a [`Desk`], which belongs to one transaction; when that is ordered, [`Jobs`] hears of it. A mutation that is run as a
//! job ends the job in its own transaction ([`JobRun::Own`]); an action is marked as running before, and its outcome is
//! written after. When which job runs is the business of the room above, `triggers`.

mod cancellation;
mod desk;
mod ends;
mod heard;
mod inbox;
mod job;
mod jobs;
mod reader;
mod retries;
mod run;
mod running;
mod schedule;
mod settle;
mod stored;
mod table;
mod transact;
mod writer;

pub(crate) use self::stored::kept;
pub(super) use self::stored::read_kept;
pub use self::{
    cancellation::Cancellation, job::Job, reader::JobReader, retries::Retries, schedule::Schedule,
    writer::Scheduler,
};
pub(crate) use self::{
    desk::{Desk, NewJob},
    ends::JobEnd,
    heard::Heard,
    inbox::News,
    run::{JobRunner, JobSlot},
    settle::is_disk_full,
    stored::{JobKind, Origin, StoredJob},
    table::{due, job_at},
};
pub(super) use self::{
    desk::{Made, Mark},
    jobs::Jobs,
    running::{JobRun, RunningAction},
};
