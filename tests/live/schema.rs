//! Tables.

use lunora::prelude::*;

/// A number with a name.
#[table("counters")]
#[index(by_name(name), unique)]
#[derive(Debug)]
pub struct Counter {
    pub name: String,
    pub value: i32,
}

/// A row of a list.
#[table("rows")]
#[index(by_list(list, rank))]
#[derive(Debug)]
pub struct Row {
    pub list: String,
    pub rank: i32,
}
