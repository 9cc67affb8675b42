//! Why something is not done.

use lunora::prelude::*;

/// Why something is not done, for whoever asked for it.
#[data]
#[derive(Debug, Clone, PartialEq, AppError)]
#[serde(tag = "code")]
pub enum Refusal {
    /// There is no such product.
    UnknownProduct,
    /// There is no such purchase of yours.
    UnknownPurchase,
    /// There are fewer than that.
    OutOfStock {
        /// How many there are.
        left: u32,
    },
    /// The purchase is past that.
    TooLate,
    /// The card was refused.
    CardDeclined,
    /// Those who work here may do that.
    StaffOnly,
}
