//! What is kept.

use lunora::prelude::*;

/// Something to buy.
#[table("products")]
#[index(by_sku(sku), unique)]
#[index(by_category(category, price))]
#[derive(Debug, Clone, PartialEq)]
pub struct Product {
    /// Short name, one of a kind.
    pub sku: String,
    /// Where it stands.
    pub category: String,
    /// In cents.
    pub price: u32,
    /// How many there are to sell.
    pub stock: u32,
    /// What the shelf says about it.
    pub label: Option<String>,
}

/// A purchase of one product.
#[table("purchases")]
#[index(by_customer(customer))]
#[index(by_state(state))]
#[derive(Debug, Clone, PartialEq)]
pub struct Purchase {
    /// Who buys: the token identifier of a user.
    pub customer: String,
    /// What.
    pub product: Id<Product>,
    /// How many.
    pub quantity: u32,
    /// How far it is.
    pub state: State,
    /// Where it goes.
    pub address: Address,
}

/// How far a purchase is.
#[data]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Stock is set aside, nothing is paid.
    Reserved,
    /// The card is being charged.
    Paying,
    /// It has been paid for.
    Paid,
    /// It will not be paid for; the stock is back.
    Canceled,
}

/// Where something goes.
#[data]
#[derive(Debug, Clone, PartialEq)]
pub struct Address {
    /// Street and number.
    pub street: String,
    /// Town.
    pub city: String,
}

/// A client that is connected.
#[table("visitors")]
#[index(by_connection(connection), unique)]
#[derive(Debug)]
pub struct Visitor {
    /// Its connection.
    pub connection: String,
    /// When it has come.
    pub since: Time,
}

/// The shop is closed.
#[table("closings")]
#[derive(Debug)]
pub struct Closing {
    /// What is said at the door.
    pub reason: String,
}
