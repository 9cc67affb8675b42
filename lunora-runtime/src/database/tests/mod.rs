//! The database against naive models, over the in-memory store.

mod archive;
mod cache;
mod cost;
mod counting;
mod fixture;
mod get_many;
mod histories;
mod history;
mod indexes;
mod lane;
mod limits;
mod model;
mod moments;
mod opening;
mod orders;
mod pages;
mod read_sets;
mod savepoints;
mod space;
mod stores;
mod subscriptions;
mod transactions;
