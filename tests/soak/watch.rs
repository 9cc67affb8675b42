//! Watchers: what they hold is as of one commit at any moment.

use std::{net::SocketAddr, thread, time::Duration};

use rand::RngExt;
use serde_json::{Value, json};

use crate::{
    Run,
    accounts::{ACCOUNTS, TOTAL, cents},
    socket::{Socket, add},
};

/// A connection is dropped after so many transitions, roughly.
const TRANSITIONS: u32 = 500;
/// The longest that a laggard looks away.
const AWAY: u64 = 1_000;

/// Somebody who watches all balances.
struct Watcher {
    socket: Socket,
    balances: Vec<Option<u64>>,
}

impl Watcher {
    fn new(addr: SocketAddr) -> Self {
        let mut socket = Socket::connect(addr);
        let balance = |account: usize| {
            let id = u32::try_from(account).unwrap();
            add(id, "bank:balance", json!({"account": account}))
        };
        socket.modify(Value::Array((0..ACCOUNTS).map(balance).collect()));
        let balances = vec![None; ACCOUNTS];
        let mut watcher = Self { socket, balances };
        watcher.hear();
        watcher
    }

    /// The next transition. The socket checks that it begins where the last one ended.
    fn hear(&mut self) {
        for change in self.socket.changes() {
            assert_eq!(change["type"], "QueryUpdated", "{change}");
            let balance = &mut self.balances[usize::try_from(change["queryId"].as_u64().unwrap()).unwrap()];
            let told = Some(cents(&change["value"]));
            assert_ne!(*balance, told, "nothing is told twice: {change}");
            *balance = told;
        }
        let total = self.balances.iter().copied().sum::<Option<u64>>();
        assert_eq!(total, Some(TOTAL), "all of it is as of one commit");
    }
}

/// Hears all that it is told.
pub(crate) fn follow(run: Run) {
    let mut random = run.random(1);
    let mut watcher = Watcher::new(run.addr);
    while run.goes_on() {
        watcher.hear();
        if random.random_range(0..TRANSITIONS) == 0 {
            watcher = Watcher::new(run.addr);
        }
    }
}

/// Looks away now and then, for longer than much happens.
pub(crate) fn lag(run: Run) {
    let mut random = run.random(2);
    let mut watcher = Watcher::new(run.addr);
    while run.goes_on() {
        thread::sleep(Duration::from_millis(random.random_range(0..AWAY)));
        for _ in 0..20 {
            watcher.hear();
        }
    }
}

/// What a new watcher is told is what there is.
pub(crate) fn check_latest(addr: SocketAddr, expected: &[u64]) {
    let told: Option<Vec<_>> = Watcher::new(addr).balances.into_iter().collect();
    assert_eq!(told.as_deref(), Some(expected));
}
