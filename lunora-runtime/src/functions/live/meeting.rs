//! How a connection gets its turn whose queries are never at rest together.
//!
//! A transition needs all its queries at one timestamp, and a query runs at most once at a time for all who watch it.
//! Two slow queries that are kept running by others, one starting while the other is under way, could so keep a
//! connection that watches both from ever choosing a timestamp. So one that has waited for a run to end and finds
//! another under way is *owed* a turn. All that are owed one meet: they choose the same timestamp together, and what
//! has to run for it runs beside what is under way. The next meeting begins when all have what they came for, so a
//! query never runs more than twice at a time, and a connection waits for one meeting at most before its own.

use std::mem;

use super::connection::ConnectionId;

/// Who is owed a turn, and how many have not got it yet.
#[derive(Debug, Default)]
pub(super) struct Meeting {
    owed: Vec<ConnectionId>,
    members: usize,
}

impl Meeting {
    pub(super) fn is_over(&self) -> bool {
        self.members == 0
    }

    /// The connection comes to the next meeting.
    pub(super) fn owe(&mut self, connection: ConnectionId) {
        self.owed.push(connection);
    }

    /// Those who meet now, if the last meeting is over.
    pub(super) fn convene(&mut self) -> Vec<ConnectionId> {
        if self.is_over() {
            mem::take(&mut self.owed)
        } else {
            Vec::new()
        }
    }

    pub(super) fn enter(&mut self) {
        self.members += 1;
    }

    pub(super) fn leave(&mut self) {
        self.members -= 1;
    }
}
