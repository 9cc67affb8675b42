//! What the provider answers.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Json, Router,
    extract::{Path, State},
    http::HeaderMap,
    routing::{get, post},
};
use serde::{Deserialize, Serialize};

use super::webhooks;

/// The provider's API, with no charges yet.
pub(crate) fn routes() -> Router {
    Router::new()
        .route("/v1/customers/{id}", get(customer))
        .route("/v1/customers/{id}/charges", post(charge))
        .route("/v1/customers/{id}/cancel", post(cancel))
        .route("/v1/books", get(books))
        .route("/v1/webhook_endpoints", post(add_endpoint))
        .with_state(Charges::default())
}

/// What each customer has paid for, by customer and then by the idempotency key of the charge.
#[derive(Clone, Default)]
struct Charges(Arc<Mutex<Books>>);

#[derive(Default)]
struct Books {
    plans: HashMap<String, HashMap<String, String>>,
    charges: usize,
    /// Who is told of changes.
    endpoints: Vec<String>,
}

#[derive(Serialize)]
struct Summary {
    charges: usize,
}

#[derive(Deserialize)]
struct Endpoint {
    url: String,
}

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
    fn books(&self) -> MutexGuard<'_, Books> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn plan_of(&self, customer: &str) -> Option<String> {
        self.books().plans.get(customer)?.values().next().cloned()
    }

    /// Charges, unless there is a charge with this key. Whether it is a new one.
    fn charge(&self, customer: String, key: String, plan: String) -> bool {
        let mut books = self.books();
        let plans = books.plans.entry(customer).or_default();
        let is_new = plans.insert(key, plan).is_none();
        books.charges += usize::from(is_new);
        is_new
    }
}

/// POST /v1/customers/{id}/cancel: the customer goes back to no plan, and whoever wants to know is told.
async fn cancel(State(charges): State<Charges>, Path(id): Path<String>) -> String {
    charges.books().plans.remove(&id);
    let endpoints = charges.books().endpoints.clone();
    let mut told = format!("{id} has canceled\n");
    for url in endpoints {
        let answer = webhooks::tell(&url, &id).await;
        let answer = answer.unwrap_or_else(|error| error.to_string());
        told += &format!("told {url}: {answer}\n");
    }
    told
}

/// GET /v1/books
async fn books(State(charges): State<Charges>) -> Json<Summary> {
    let charges = charges.books().charges;
    Json(Summary { charges })
}

/// `POST /v1/webhook_endpoints`
async fn add_endpoint(State(charges): State<Charges>, Json(endpoint): Json<Endpoint>) -> &'static str {
    charges.books().endpoints.push(endpoint.url);
    "added\n"
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
