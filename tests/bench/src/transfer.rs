//! The workloads of the bank.

use std::io::Write;

use rand::{RngExt, rngs::StdRng};
use tokio::net::TcpStream;

use crate::{
    ACCOUNTS, Outcome,
    load::{Workload, contains, exchange, write_request},
    server::Server,
    zipf::Zipf,
};

/// Accounts opened in one mutation.
pub(crate) const BATCH: u32 = 5_000;

/// Transfers of one cent between two accounts.
#[derive(Debug, Clone)]
pub(crate) struct Transfers(Option<Zipf>);

impl Transfers {
    pub(crate) fn uniform() -> Self {
        Self(None)
    }

    pub(crate) fn zipf() -> Self {
        Self(Some(Zipf::new(ACCOUNTS, 1.5)))
    }

    fn draw(&self, random: &mut StdRng) -> u32 {
        match &self.0 {
            None => random.random_range(0..ACCOUNTS),
            Some(zipf) => zipf.draw(random),
        }
    }

    /// From whom to whom.
    pub(crate) fn pair(&self, random: &mut StdRng) -> (u32, u32) {
        let from = self.draw(random);
        let others = std::iter::repeat_with(|| self.draw(random));
        (from, { others }.find(|to| *to != from).unwrap_or(0))
    }
}

impl Workload for Transfers {
    const PATH: &'static str = "/api/mutation";

    fn body(&self, random: &mut StdRng, body: &mut Vec<u8>) {
        let (from, to) = self.pair(random);
        // Writing to a vector cannot fail.
        let _ = write!(
            body,
            r#"{{"path":"bank:transfer","format":"convex_encoded_json","args":[{{"from":{from},"to":{to},"amount":1}}]}}"#
        );
    }
}

/// Looks at the balance of an account.
#[derive(Debug, Clone)]
pub(crate) struct Accounts;

impl Workload for Accounts {
    const PATH: &'static str = "/api/query";

    fn body(&self, random: &mut StdRng, body: &mut Vec<u8>) {
        let account = random.random_range(0..ACCOUNTS);
        let _ = write!(
            body,
            r#"{{"path":"bank:balance","format":"convex_encoded_json","args":[{{"account":{account}}}]}}"#
        );
    }
}

/// Opens the accounts.
pub(crate) async fn open(server: &Server, accounts: u32, balance: u64) -> Outcome<()> {
    for from in (0..accounts).step_by(BATCH as usize) {
        let count = BATCH.min(accounts - from);
        let args = format!(r#"{{"from":{from},"count":{count},"balance":{balance}}}"#);
        call(server, "/api/mutation", "bank:open", &args).await?;
    }
    Ok(())
}

/// Fails if money came or went.
pub(crate) async fn check_total(server: &Server, expected: u64) -> Outcome<()> {
    let answer = call(server, "/api/query", "bank:total", "{}").await?;
    let total = format!(r#""value":{expected}.0"#);
    if contains(answer.as_bytes(), total.as_bytes()) {
        println!("total conserved: {expected} cents");
        return Ok(());
    }
    Err(format!("expected {total}, got {answer}").into())
}

pub(crate) async fn call(server: &Server, path: &str, function: &str, args: &str) -> Outcome<String> {
    let body = format!(r#"{{"path":"{function}","format":"convex_encoded_json","args":{args}}}"#);
    let (mut request, mut answer) = (Vec::new(), Vec::new());
    write_request(path, body.as_bytes(), &mut request);
    let mut stream = TcpStream::connect(server.addr).await?;
    exchange(&mut stream, &request, &mut answer).await?;
    let answer = String::from_utf8(answer)?;
    if answer.contains(r#""status":"success""#) {
        Ok(answer)
    } else {
        Err(answer.into())
    }
}
