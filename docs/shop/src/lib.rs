//! A shop: the application that the book builds.

pub mod errors;
pub mod payments;
pub mod products;
pub mod purchases;
pub mod schema;
pub mod staff;
#[cfg(test)]
mod tests;

lunora::app! {
    schema::{Product, Purchase},
    products::{list, priced, page, by_sku, add, restock, receive, receive_known},
    purchases::{buy, mine, pay, begin_payment, reopen, mark_paid, cancel, release},
    staff::set_price,
}
