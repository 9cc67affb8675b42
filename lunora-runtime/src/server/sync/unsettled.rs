//! Which requests the client may still send again.

use std::collections::VecDeque;

use crate::{functions::KEPT_REQUESTS, store::Timestamp};

/// Mutations that were answered, and of which no transition has told yet: whose connection breaks now sends them again.
///
/// Their outcomes are on record for the last [`KEPT_REQUESTS`] numbers of a session. So nothing further is read while
/// the next number could push the oldest of them out.
#[derive(Debug, Default)]
pub(super) struct Unsettled {
    answered: VecDeque<(u32, Timestamp)>,
    newest: u32,
    /// No unsettled request has a smaller number, as far as was looked.
    oldest: u32,
}

impl Unsettled {
    /// The client has sent a request, of whatever kind: they share their numbers.
    pub(super) fn sent(&mut self, number: u32) {
        self.newest = self.newest.max(number);
    }

    /// A mutation was answered and is in the commit `ts`.
    pub(super) fn answered(&mut self, number: u32, ts: Timestamp) {
        self.answered.push_back((number, ts));
    }

    /// A transition tells of all commits up to `ts`.
    pub(super) fn told(&mut self, ts: Timestamp) {
        while self
            .answered
            .pop_front_if(|(_, answered)| *answered <= ts)
            .is_some()
        {}
    }

    /// Whether the next request could be one too many. `waiting` gives the oldest that has no answer.
    pub(super) fn is_full(&mut self, waiting: impl FnOnce() -> Option<u32>) -> bool {
        if !self.spans_all() {
            return false;
        }
        let answered = self.answered.front().map(|(number, _)| *number);
        let oldest = answered.into_iter().chain(waiting()).min();
        // Without any, the next one is the oldest.
        self.oldest = oldest.unwrap_or(self.newest);
        self.spans_all()
    }

    const fn spans_all(&self) -> bool {
        self.newest.saturating_sub(self.oldest) >= KEPT_REQUESTS - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_room_until_a_number_could_push_out_one_that_is_not_told() {
        let mut unsettled = Unsettled::default();
        for number in 0..KEPT_REQUESTS {
            assert!(!unsettled.is_full(|| None), "{number}");
            unsettled.sent(number);
            unsettled.answered(number, Timestamp(u64::from(number)));
        }
        assert!(unsettled.is_full(|| None));
        unsettled.told(Timestamp(0));
        assert!(!unsettled.is_full(|| None));
        // An action has a number too.
        unsettled.sent(KEPT_REQUESTS);
        assert!(unsettled.is_full(|| None));
        unsettled.told(Timestamp(999));
        assert!(!unsettled.is_full(|| None));
        unsettled.sent(2 * KEPT_REQUESTS);
        assert!(
            unsettled.is_full(|| Some(KEPT_REQUESTS + 1)),
            "one without an answer counts as well"
        );
        assert!(!unsettled.is_full(|| Some(KEPT_REQUESTS + 2)));
    }
}
