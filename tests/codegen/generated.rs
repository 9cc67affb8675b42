//! The public functions of an application, written by its command `codegen rust`. Changes here are lost.
//!
//! Declare this file with `#[rustfmt::skip] mod api;`, so that it stays as it was written.
#![allow(missing_docs, dead_code, unused_imports, unreachable_pub, clippy::all, clippy::pedantic)]

use std::collections::BTreeMap;

use ::lunora_client::{Bytes, Doc, Id, Page, PaginationOptions, Value, data, reference, table};

/// A place.
#[data(crate = ::lunora_client)]
#[derive(Debug, Clone, PartialEq)]
pub struct Address {
    /// Its city.
    pub city: String,
    /// Degrees.
    pub position: (f64, f64),
}

/// Adjacent tagging.
#[data(crate = ::lunora_client)]
#[derive(Debug, Clone, PartialEq)]
#[serde(tag = "kind")]
pub enum Adjacent {
    Off,
    Level {
        value: u8,
    },
}

/// Holds itself in a box.
#[data(crate = ::lunora_client)]
#[derive(Debug, Clone, PartialEq)]
pub struct Chain {
    pub next: Option<Box<Chain>>,
}

/// A customer.
#[data(crate = ::lunora_client)]
#[derive(Debug, Clone, PartialEq)]
pub struct Customer {
    /// What they are called.
    pub name: String,
    /// What they pay for.
    pub plan: Plan,
    /// Where bills go, if not by mail.
    pub address: Option<Address>,
    /// Who brought them.
    pub invited_by: Option<Id<Customer>>,
    /// Cents.
    pub balance: i64,
    /// Cents, as a plain number.
    #[serde(with = "::lunora_client::number")]
    pub limit: i64,
}

table!(Customer, "customers");

/// Everything else.
#[data(crate = ::lunora_client)]
#[derive(Debug, Clone, PartialEq)]
pub struct Everything {
    pub flag: bool,
    pub small: u8,
    pub float: f64,
    pub large: u64,
    pub bytes: Bytes,
    pub nothing: (),
    pub anything: Value,
    pub counts: BTreeMap<String, i64>,
    pub list: Vec<Option<String>>,
    pub tree: Tree,
    #[serde(rename = "odd-name")]
    pub odd_name: String,
    pub defaulted: Option<u32>,
    pub maybe: Option<f64>,
}

/// External tagging.
#[data(crate = ::lunora_client)]
#[derive(Debug, Clone, PartialEq)]
pub enum External {
    Nothing,
    Text(String),
    Pair(String, u32),
    Point {
        x_axis: f64,
    },
}

/// Fields beside others.
#[data(crate = ::lunora_client)]
#[derive(Debug, Clone, PartialEq)]
pub struct Flat {
    pub first: String,
    #[serde(flatten)]
    pub rest: BTreeMap<String, u32>,
}

/// Another type of this name, which comes first by the path of its function.
#[data(crate = ::lunora_client)]
#[derive(Debug, Clone, PartialEq)]
pub struct Level {
    pub height: f64,
}

/// Other names are one variant.
#[data(crate = ::lunora_client)]
#[derive(Debug, Clone, PartialEq)]
#[serde(untagged)]
pub enum Level2 {
    Known(Level2Known),
    Integer(i64),
}

#[data(crate = ::lunora_client)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level2Known {
    Low,
    #[serde(rename = "HIGH-est")]
    HIGHEst,
}

/// No tagging.
#[data(crate = ::lunora_client)]
#[derive(Debug, Clone, PartialEq)]
#[serde(untagged)]
pub enum Loose {
    Number(f64),
    Text(String),
    Address(Address),
}

/// Internal tagging.
#[data(crate = ::lunora_client)]
#[derive(Debug, Clone, PartialEq)]
#[serde(tag = "type")]
pub enum Payment {
    Cash,
    Card {
        /// The last four.
        last_digits: String,
    },
    Sent {
        /// Its city.
        city: String,
        /// Degrees.
        position: (f64, f64),
    },
}

/// What is paid for. Closes a comment: */ and goes on.
#[data(crate = ::lunora_client)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plan {
    Free,
    ProPlus,
}

/// A type that is called like one of ours.
#[data(crate = ::lunora_client)]
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    pub record: String,
}

/// Contains itself.
#[data(crate = ::lunora_client)]
#[derive(Debug, Clone, PartialEq)]
pub struct Tree {
    pub label: String,
    pub branches: Vec<Tree>,
}

#[data(crate = ::lunora_client)]
#[derive(Debug, Clone, PartialEq)]
pub struct UnusualWait {
    pub secs: u64,
    pub nanos: u32,
}

/// Documents of the table `visits`, which no public function shows.
#[data(crate = ::lunora_client)]
#[derive(Debug, Clone, PartialEq)]
pub struct Visits {}

table!(Visits, "visits");

/// Functions of `customers`.
pub mod customers {
    use super::*;

    reference! {
        /// Adds one.
        pub fn add(customer: Customer = "customer") -> Id<Customer> { Mutation "customers" "add" }
    }

    reference! {
        /// Finds one.
        ///
        /// Gives `null` if there is none.
        pub fn find(id: Id<Customer> = "id") -> Option<Doc<Customer>> { Query "customers" "find" }
    }

    reference! {
        /// All of them, a page at a time.
        pub fn list_pages(plan: Option<Plan> = "plan", pagination_opts: PaginationOptions = "paginationOpts") -> Page<Doc<Customer>> { Query "customers" "listPages" }
    }

    /// Functions of `plans`.
    pub mod plans {
        use super::*;

        reference! {
            /// What there is.
            pub fn all() -> Vec<Plan> { Query "customers/plans" "all" }
        }

        reference! {
            /// Says how high.
            pub fn level() -> Level { Query "customers/plans" "level" }
        }
    }
}

/// Functions of `values`.
pub mod values {
    use super::*;

    reference! {
        pub fn adjacent(value: Adjacent = "value") -> Adjacent { Action "values" "adjacent" }
    }

    reference! {
        /// Gives back what it gets.
        pub fn everything(value: Everything = "value") -> Everything { Action "values" "everything" }
    }

    reference! {
        pub fn external(value: External = "value") -> External { Action "values" "external" }
    }

    reference! {
        pub fn flat(value: Flat = "value") -> Flat { Action "values" "flat" }
    }

    reference! {
        pub fn loose(value: Loose = "value") -> Loose { Action "values" "loose" }
    }

    reference! {
        pub fn payment(value: Payment = "value") -> Payment { Action "values" "payment" }
    }

    reference! {
        pub fn record(value: Record = "value") -> Record { Action "values" "record" }
    }

    reference! {
        /// Names and types of the unusual sort.
        pub fn unusual(r#type: Chain = "type", when: f64 = "when", wait: UnusualWait = "wait", level: Level2 = "level", visit: Option<Id<Visits>> = "visit") -> Vec<(i64, Option<Plan>)> { Action "values" "unusual" }
    }
}

