//! A shop: the application that the book builds.

pub mod crons;
pub mod errors;
pub mod payments;
pub mod products;
pub mod purchases;
pub mod receipts;
pub mod schema;
pub mod staff;
#[cfg(test)]
mod tests;
pub mod visitors;
pub mod web;

lunora::app! {
    crons::schedule,
    schema::{Closing, Product, Purchase, Visitor},
    products::{list, priced, page, by_sku, add, label_last_ones, set_price, restock, receive, receive_known},
    purchases::{buy, expire, mine, pay, begin_payment, reopen, mark_paid, cancel, release},
    receipts::send,
    staff::{set_price, plan_price, drop_price, planned},
    visitors::{open, close, door, joined, left, count},
    web::{feed, webhook},
}
