//! What readers read: the engine as of a checkpoint, the layers above it, and the views made of both.
//!
//! A generation is one engine transaction with the layers above it; a view is a generation as of one
//! timestamp. A checkpoint makes a new generation and disturbs no view of an older one.

mod backend;
mod base;
mod checked;
mod generation;
mod history;
mod merge;
mod reads;
mod view;
mod views;

pub(crate) use backend::{DiskSpace, Patient, is_full};
pub(crate) use base::{Base, Meta};
pub(crate) use generation::Generation;
pub(crate) use views::Views;
