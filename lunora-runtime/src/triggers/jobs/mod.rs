//! The runner of jobs.
//!
//! Jobs of a kind wait in a line, the index of those that are pending by their time. The runner never reads the whole of
//! it: [`Line`] holds the next thousand and knows up to where it has read. It hears of new ones from the commits of this
//! process, and never looks back, where there is nothing but the entries of jobs that have left the line.

mod line;
mod now;
mod past;
mod runner;
mod slots;
mod virtual_time;

pub(crate) use self::virtual_time::VirtualTime;
pub(super) use self::{
    now::run_unless_stuck,
    past::{abandon_those_of_others, purge_for_ever},
    runner::run_for_ever,
};
pub use self::{
    runner::{ACTIONS_AT_ONCE, GATES_AT_ONCE, MUTATIONS_AT_ONCE},
    slots::SET_ASIDE,
};
