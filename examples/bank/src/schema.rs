//! Tables.

use lunora::prelude::*;

/// An amount of money in whole cents, a plain number in JavaScript.
#[data]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[serde(transparent)]
pub struct Cents(#[serde(with = "lunora::number")] pub i64);

/// An account.
#[table("accounts")]
#[index(by_number(number), unique)]
#[derive(Debug, Clone, PartialEq)]
pub struct Account {
    /// What its owner calls it by.
    pub number: u32,
    /// What is on it; never less than zero.
    pub balance: Cents,
}
