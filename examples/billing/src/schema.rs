//! Tables.

use lunora::prelude::*;

/// Somebody who uses the product.
#[table("customers")]
#[index(by_stripe_id(stripe_id), unique)]
#[derive(Debug, Clone, PartialEq)]
pub struct Customer {
    /// Name of the customer at the payment provider.
    pub stripe_id: String,
    /// What they pay for.
    pub plan: Plan,
}

/// What there is to pay for.
#[data]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plan {
    /// Nothing.
    Free,
    /// Everything.
    Professional,
}

/// How business is.
#[table("reports")]
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// How many customers there are.
    pub customers: u32,
    /// How many of them pay.
    pub paying: u32,
    /// How many charges the provider has made.
    pub charges: u32,
}

/// A client that is connected.
#[table("visitors")]
#[index(by_connection(connection), unique)]
#[derive(Debug, Clone, PartialEq)]
pub struct Visitor {
    /// Its connection, as hooks name it.
    pub connection: String,
}
