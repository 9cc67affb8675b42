//! Customers whose plan is paid for at a payment provider.
//!
//! What a client may do is public: register, look at its plan, ask for a sync or an upgrade. What moves a plan is
//! internal: only this server, after it has heard from the provider, can do that. Nor can a client run what the server calls
//! itself: jobs, crons, hooks, and the webhook.

pub mod customers;
pub mod presence;
pub mod provider;
pub mod reports;
pub mod schema;
pub mod webhooks;

lunora::app! {
    schema::{Customer, Report, Visitor},
    customers::{register, plan, sync_customer, upgrade, by_stripe_id, apply_stripe_sync},
    reports::{request, progress, latest, build, store, schedule},
    presence::{joined, left, count},
    webhooks::webhook,
}
