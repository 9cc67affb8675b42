//! Tables.

use lunora::prelude::*;

/// An amount of money in whole cents, a plain number in JavaScript.
#[data]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[serde(transparent)]
pub struct Cents(#[serde(with = "lunora::number")] pub i64);

impl Cents {
    /// The largest amount that a plain JSON number holds exactly: 2^53.
    const MAX: i64 = 1 << 53;

    /// The sum, if it is one that can travel.
    pub fn plus(self, other: Self) -> Option<Self> {
        self.0
            .checked_add(other.0)
            .filter(|sum| *sum <= Self::MAX)
            .map(Self)
    }
}

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
