//! What is on its way to the client.

use super::super::admission::{Quota, Share};

/// As much is bounded by the number of connections alone; what is more counts among the answers that wait.
const SMALL: usize = 64 << 10;
/// With as much unsent, nothing is read from the client any more.
const FULL: usize = 256 << 10;
/// An empty buffer keeps no more than this.
const KEPT: usize = 4 << 10;

/// Bytes that the network has not taken.
#[derive(Debug)]
pub(super) struct Outbox {
    bytes: Vec<u8>,
    sent: usize,
    unread: Quota,
    share: Share,
    /// There was no room for all of it.
    is_over: bool,
}

impl Outbox {
    /// `unread` bounds what all clients together have not read.
    pub(super) fn new(unread: Quota) -> Self {
        Self {
            bytes: Vec::new(),
            sent: 0,
            share: unread.empty(),
            unread,
            is_over: false,
        }
    }

    pub(super) fn append(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        let held = self.bytes.len();
        self.is_over |= held > SMALL && !self.share.grow_to(held);
    }

    pub(super) fn unsent(&self) -> &[u8] {
        &self.bytes[self.sent..]
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.sent == self.bytes.len()
    }

    /// The client should read first.
    pub(super) const fn is_full(&self) -> bool {
        self.bytes.len() - self.sent > FULL
    }

    /// There is no memory for what the client does not read.
    pub(super) const fn is_over(&self) -> bool {
        self.is_over
    }

    /// The network has taken so many bytes.
    pub(super) fn advance(&mut self, sent: usize) {
        self.sent += sent;
        if self.is_empty() {
            self.sent = 0;
            self.share = self.unread.empty();
            self.bytes.clear();
            self.bytes.shrink_to(KEPT);
        } else if self.sent > self.bytes.len() / 2 {
            // A client that reads all the time and is never done. No byte is moved more often than it is sent.
            self.bytes.drain(..self.sent);
            self.sent = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_contents_count_until_they_are_sent() {
        let quota = Quota::new(SMALL + 1);
        let mut outbox = Outbox::new(quota.clone());
        outbox.append(&vec![0; SMALL]);
        assert!(quota.take(SMALL + 1).is_some(), "so little is not counted");
        outbox.append(&[0]);
        assert!(quota.take(1).is_none() && !outbox.is_over());
        outbox.advance(SMALL);
        assert_eq!(outbox.unsent().len(), 1);
        outbox.advance(1);
        assert!(outbox.is_empty() && quota.take(SMALL + 1).is_some());
        outbox.append(&vec![0; SMALL + 2]);
        assert!(outbox.is_over());
    }

    #[test]
    fn a_client_that_is_never_done_takes_no_more_and_more() {
        let mut outbox = Outbox::new(Quota::new(4 * FULL));
        outbox.append(&[0]);
        for _ in 0..100 {
            outbox.append(&vec![0; FULL]);
            outbox.advance(FULL);
            assert_eq!(outbox.unsent().len(), 1);
        }
        assert!(!outbox.is_over());
    }
}
