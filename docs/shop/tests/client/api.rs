//! The public functions of an application, written by its command `codegen rust`. Changes here are lost.
//!
//! Declare this file with `#[rustfmt::skip] mod api;`, so that it stays as it was written.
#![allow(missing_docs, dead_code, unused_imports, unreachable_pub, clippy::all, clippy::pedantic)]

use ::lunora_client::{Doc, Id, Page, PaginationOptions, data, reference, table};

/// Where something goes.
#[data(crate = ::lunora_client)]
#[derive(Debug, Clone, PartialEq)]
pub struct Address {
    /// Street and number.
    pub street: String,
    /// Town.
    pub city: String,
}

/// Where a scheduled call stands.
#[data(crate = ::lunora_client)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobState {
    Pending,
    Running,
    Succeeded,
    Failed,
    Canceled,
}

/// What can be told of a scheduled call.
#[data(crate = ::lunora_client)]
#[derive(Debug, Clone, PartialEq)]
pub struct JobStatus {
    pub state: JobState,
    pub attempts: u32,
    pub scheduled_for: f64,
    pub started_at: Option<f64>,
    pub ended_at: Option<f64>,
}

/// Documents of the table `_jobs`, which no public function shows.
#[data(crate = ::lunora_client)]
#[derive(Debug, Clone, PartialEq)]
pub struct Jobs {}

table!(Jobs, "_jobs");

/// Something to buy.
#[data(crate = ::lunora_client)]
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

table!(Product, "products");

/// A purchase of one product.
#[data(crate = ::lunora_client)]
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

table!(Purchase, "purchases");

/// How far a purchase is.
#[data(crate = ::lunora_client)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Reserved,
    Paying,
    Paid,
    Canceled,
}

/// Functions of `products`.
pub mod products {
    use super::*;

    reference! {
        /// The products of a category, cheapest first.
        pub fn list(category: String = "category") -> Vec<Doc<Product>> { Query "products" "list" }
    }

    reference! {
        /// All products, page by page.
        pub fn page(pagination_opts: PaginationOptions = "paginationOpts") -> Page<Doc<Product>> { Query "products" "page" }
    }

    reference! {
        /// The products of a category that cost from `least` to less than `most` cents, dearest first.
        pub fn priced(category: String = "category", least: u32 = "least", most: u32 = "most") -> Vec<Doc<Product>> { Query "products" "priced" }
    }
}

/// Functions of `purchases`.
pub mod purchases {
    use super::*;

    reference! {
        /// Orders something: the stock is set aside until it is paid for.
        pub fn buy(sku: String = "sku", quantity: u32 = "quantity", address: Address = "address") -> Id<Purchase> { Mutation "purchases" "buy" }
    }

    reference! {
        /// Lets a purchase go that is not paid for.
        pub fn cancel(purchase: Id<Purchase> = "purchase") -> () { Mutation "purchases" "cancel" }
    }

    reference! {
        /// The caller's purchases, newest first.
        pub fn mine() -> Vec<Doc<Purchase>> { Query "purchases" "mine" }
    }

    reference! {
        /// Pays for a purchase of the caller.
        ///
        /// An action is no transaction. So the purchase says that it is being paid for before the card is charged, and nobody
        /// can cancel it meanwhile. If the server stops in between, paying again charges nothing twice: the provider knows the
        /// purchase.
        pub fn pay(purchase: Id<Purchase> = "purchase", card: String = "card") -> () { Action "purchases" "pay" }
    }
}

/// Functions of `staff`.
pub mod staff {
    use super::*;

    reference! {
        /// Takes a planned price back. False if it is too late.
        pub fn drop_price(job: Id<Jobs> = "job") -> bool { Mutation "staff" "dropPrice" }
    }

    reference! {
        /// Sets the price of a product when the time has come.
        pub fn plan_price(sku: String = "sku", price: u32 = "price", at: f64 = "at") -> Id<Jobs> { Mutation "staff" "planPrice" }
    }

    reference! {
        /// How far a planned price is.
        pub fn planned(job: Id<Jobs> = "job") -> Option<JobStatus> { Query "staff" "planned" }
    }

    reference! {
        /// Sets the price of a product, in cents.
        pub fn set_price(sku: String = "sku", price: u32 = "price") -> () { Mutation "staff" "setPrice" }
    }
}

/// Functions of `visitors`.
pub mod visitors {
    use super::*;

    reference! {
        /// How many are in the shop.
        pub fn count() -> u32 { Query "visitors" "count" }
    }
}

