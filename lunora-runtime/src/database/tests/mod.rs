//! The database against naive models, over the in-memory store.

mod cache;
mod cost;
mod fixture;
mod histories;
mod history;
mod indexes;
mod lane;
mod limits;
mod model;
mod opening;
mod orders;
mod pages;
mod read_sets;
mod savepoints;
mod stores;
mod subscriptions;
mod transactions;
