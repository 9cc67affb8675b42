//! The newest commits, for those who have to catch up.

use std::collections::VecDeque;
use std::sync::Arc;

use super::commit::Changes;
use super::error::StoreError;
use super::timestamp::Timestamp;

/// A ring of what the newest commits changed, bounded in count and in bytes.
#[derive(Debug)]
pub(crate) struct Recent {
    commits: VecDeque<Arc<Changes>>,
    /// Everything after this is here.
    floor: Timestamp,
    bytes: usize,
    max_commits: usize,
    max_bytes: usize,
}

impl Recent {
    pub(crate) fn new(floor: Timestamp, max_commits: usize, max_bytes: usize) -> Self {
        Self {
            commits: VecDeque::new(),
            floor,
            bytes: 0,
            max_commits,
            max_bytes,
        }
    }

    pub(crate) fn push(&mut self, commit: Arc<Changes>) {
        self.bytes += commit.bytes();
        self.commits.push_back(commit);
        while self.commits.len() > self.max_commits || self.bytes > self.max_bytes {
            let Some(oldest) = self.commits.pop_front() else {
                break;
            };
            self.bytes -= oldest.bytes();
            self.floor = oldest.ts;
        }
    }

    pub(crate) fn since(&self, since: Timestamp) -> Result<Vec<Arc<Changes>>, StoreError> {
        if since < self.floor {
            return Err(StoreError::TooOld {
                requested: since,
                oldest: self.floor,
            });
        }
        // Nearly everyone is only a few commits behind.
        let newer = self.commits.iter().rev().take_while(|commit| commit.ts > since);
        let mut newer: Vec<_> = newer.cloned().collect();
        newer.reverse();
        Ok(newer)
    }
}
