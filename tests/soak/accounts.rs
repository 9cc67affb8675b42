//! The accounts: two for each writer, between which it alone moves money, and some that all use.

use serde_json::{Value, json};

use crate::{
    CLIENTS,
    support::{http::Outcome, server::Server},
};

/// Accounts in all.
pub(crate) const ACCOUNTS: usize = 32;
/// What each has at first.
pub(crate) const BALANCE: u64 = 1_000_000_000;
pub(crate) const TOTAL: u64 = ACCOUNTS as u64 * BALANCE;
/// The first that all use.
const SHARED: usize = 2 * CLIENTS;

pub(crate) fn open(server: &Server) {
    let args = json!({"from": 0, "count": ACCOUNTS, "balance": BALANCE});
    call(server, "mutation", "bank:open", &args);
}

/// The two of a writer.
pub(crate) const fn own(writer: usize) -> (usize, usize) {
    (2 * writer, 2 * writer + 1)
}

/// Two that all use.
pub(crate) const fn shared(draw: usize) -> (usize, usize) {
    let count = ACCOUNTS - SHARED;
    (SHARED + draw % count, SHARED + (draw + 1) % count)
}

/// That nothing has come or gone, and every transfer between a writer's own was done once.
pub(crate) fn check(server: &Server, sent: &[u64]) {
    let balances = balances(server);
    assert_eq!(balances.iter().sum::<u64>(), TOTAL);
    for (writer, sent) in sent.iter().enumerate() {
        let (from, to) = own(writer);
        let expected = (BALANCE - sent, BALANCE + sent);
        assert_eq!((balances[from], balances[to]), expected, "writer {writer}");
    }
}

pub(crate) fn balances(server: &Server) -> Vec<u64> {
    let balance = |account: usize| call(server, "query", "bank:balance", &json!({"account": account}));
    (0..ACCOUNTS).map(|account| cents(&balance(account))).collect()
}

/// An amount as JSON has it.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "amounts are whole, positive and far below 2^53"
)]
pub(crate) fn cents(value: &Value) -> u64 {
    value.as_f64().unwrap() as u64
}

fn call(server: &Server, kind: &str, function: &str, args: &Value) -> Value {
    match server.connect().call(kind, function, args).unwrap() {
        Outcome::Success(value) => value,
        failure @ Outcome::Failure { .. } => panic!("{failure:?}"),
    }
}
