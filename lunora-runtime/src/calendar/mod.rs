//! The calendar: when something is due that comes again. Pure computation, which knows neither the store nor a clock.
//!
//! A [`CronExpression`] says which local times match; a `Zone` says when a local time is. What happens to times that
//! a change of the clocks skips or doubles is decided in `next`.

mod civil;
mod count;
mod expression;
mod fields;
mod next;
mod problem;
mod schedule;
mod show;
#[cfg(test)]
mod tests;
mod zone;

pub use self::{
    expression::CronExpression,
    problem::InvalidExpression,
    schedule::{ScheduleError, Weekday},
};
pub(crate) use self::{
    schedule::{LocalTimes, Schedule},
    show::show,
    zone::Zone,
};
