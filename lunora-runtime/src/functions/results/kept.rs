//! Which results stay, when there is not room for all.

use std::collections::VecDeque;

use super::cache::EntryId;

/// The results that take memory, in the order in which they came.
///
/// Second chance (Corbató, "A Paging Experiment with the Multics System", 1968): the oldest goes, unless it was used
/// since it was looked at last; then it counts as new. A use is a mark and moves nothing.
#[derive(Debug, Default)]
pub(super) struct Kept {
    queue: VecDeque<EntryId>,
    bytes: usize,
}

impl Kept {
    pub(super) fn add(&mut self, id: EntryId, bytes: usize) {
        self.queue.push_back(id);
        self.bytes += bytes;
    }

    /// An entry has given back its memory. Its place in the queue stays until [`Self::tidy`].
    pub(super) fn forget(&mut self, bytes: usize) {
        self.bytes -= bytes;
    }

    pub(super) const fn bytes(&self) -> usize {
        self.bytes
    }

    #[cfg(test)]
    pub(super) fn places(&self) -> usize {
        self.queue.len()
    }

    pub(super) fn pop(&mut self) -> Option<EntryId> {
        self.queue.pop_front()
    }

    pub(super) fn push(&mut self, id: EntryId) {
        self.queue.push_back(id);
    }

    /// Drops the places of entries that are gone, once they are most of the queue.
    pub(super) fn tidy(&mut self, there: usize, is_there: impl Fn(EntryId) -> bool) {
        if self.queue.len() > 64 + 2 * there {
            self.queue.retain(|id| is_there(*id));
        }
    }
}
