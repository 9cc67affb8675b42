//! Counting what is in use, and saying no at once instead of queueing.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

/// A number of things that may be in use at one time.
#[derive(Debug, Clone)]
pub(super) struct Quota {
    used: Arc<AtomicUsize>,
    limit: usize,
}

impl Quota {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            used: Arc::default(),
            limit,
        }
    }

    /// Takes nothing yet.
    pub(super) fn empty(&self) -> Share {
        Share {
            quota: self.clone(),
            amount: 0,
        }
    }

    /// Takes `amount`, or nothing if there is less.
    pub(super) fn take(&self, amount: usize) -> Option<Share> {
        let mut share = self.empty();
        share.grow(amount).then_some(share)
    }
}

/// A part of a [`Quota`], given back on drop.
#[derive(Debug)]
pub(super) struct Share {
    quota: Quota,
    amount: usize,
}

impl Share {
    /// Takes what is missing to `amount`; false, and nothing taken, if there is less. Gives nothing back.
    pub(super) fn grow_to(&mut self, amount: usize) -> bool {
        amount <= self.amount || self.grow(amount - self.amount)
    }

    /// Takes `amount` more; false, and nothing taken, if there is less.
    pub(super) fn grow(&mut self, amount: usize) -> bool {
        let limit = self.quota.limit;
        let sum = |used: usize| used.checked_add(amount).filter(|sum| *sum <= limit);
        // Nothing is published by these numbers, so no ordering is needed.
        let taken = self
            .quota
            .used
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, sum)
            .is_ok();
        if taken {
            self.amount += amount;
        }
        taken
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.quota.used.fetch_sub(self.amount, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::Quota;

    #[test]
    fn shares_end_at_the_limit_and_come_back() {
        let quota = Quota::new(3);
        let mut first = quota.take(2).unwrap();
        assert!(quota.take(2).is_none());
        assert!(first.grow(1));
        assert!(!first.grow(1));
        drop(first);
        assert!(quota.take(3).is_some());
        assert!(quota.take(usize::MAX).is_none());
    }
}
