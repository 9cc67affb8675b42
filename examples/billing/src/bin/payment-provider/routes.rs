//! What the provider answers.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Json, Router,
    extract::{Path, State},
    http::HeaderMap,
    routing::{get, post},
};
use serde::{Deserialize, Serialize};

/// The provider's API, with no charges yet.
pub(crate) fn routes() -> Router {
    Router::new()
        .route("/v1/customers/{id}", get(customer))
        .route("/v1/customers/{id}/charges", post(charge))
        .with_state(Charges::default())
}

/// What each customer has paid for, by customer and then by the idempotency key of the charge.
#[derive(Clone, Default)]
struct Charges(Arc<Mutex<HashMap<String, HashMap<String, String>>>>);

#[derive(Serialize)]
struct Customer {
    plan: String,
}

#[derive(Deserialize)]
struct Order {
    plan: String,
}

#[derive(Serialize)]
struct Receipt {
    succeeded: bool,
}

impl Charges {
    fn plan_of(&self, customer: &str) -> Option<String> {
        let charges = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        charges.get(customer)?.values().next().cloned()
    }

    /// Charges, unless there is a charge with this key. Whether it is a new one.
    fn charge(&self, customer: String, key: String, plan: String) -> bool {
        let mut charges = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        charges.entry(customer).or_default().insert(key, plan).is_none()
    }
}

/// GET /v1/customers/{id}
async fn customer(State(charges): State<Charges>, Path(id): Path<String>) -> Json<Customer> {
    let plan = charges.plan_of(&id).unwrap_or_else(|| "free".to_owned());
    Json(Customer { plan })
}

/// POST /v1/customers/{id}/charges
async fn charge(
    State(charges): State<Charges>,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(order): Json<Order>,
) -> Json<Receipt> {
    let succeeded = !id.contains("declined");
    let outcome = if !succeeded {
        "declined"
    } else if charges.charge(id.clone(), idempotency_key(&headers), order.plan.clone()) {
        "charged"
    } else {
        "charged already"
    };
    println!("{id} for {}: {outcome}", order.plan);
    Json(Receipt { succeeded })
}

fn idempotency_key(headers: &HeaderMap) -> String {
    let key = headers.get("Idempotency-Key").and_then(|key| key.to_str().ok());
    key.unwrap_or_default().to_owned()
}
