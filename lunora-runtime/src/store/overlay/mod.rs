//! What is newer than the checkpoint, in memory, in order.
//!
//! A layer holds every version of every key written while it was the active one. Reads ask for the newest
//! version at or below their timestamp, so one layer serves all timestamps it covers and never has to be
//! copied.

mod chain;
mod cursor;
mod layer;
mod order;
mod points;

pub(crate) use cursor::Cursor;
pub(crate) use layer::Layer;
