//! Which files the log consists of.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::super::super::error::StoreError;
use super::super::files::Files;
use super::super::segment;

/// The files in the log's directory.
pub(super) struct Listing {
    /// By number, without gaps.
    pub(super) segments: BTreeMap<u64, PathBuf>,
    /// What is before a gap was being removed when the process ended.
    removed: Vec<PathBuf>,
    spares: Vec<PathBuf>,
}

impl Listing {
    pub(super) fn read(dir: &Path, files: &Arc<dyn Files>) -> Result<Self, StoreError> {
        let mut listing = Self {
            segments: BTreeMap::new(),
            removed: Vec::new(),
            spares: Vec::new(),
        };
        for path in files.list(dir).map_err(StoreError::io("list", dir))? {
            if let Some(sequence) = segment::sequence(&path) {
                listing.segments.insert(sequence, path);
            } else if path.extension().is_some_and(|extension| extension == "spare") {
                listing.spares.push(path);
            } else if path.extension().is_some_and(|extension| extension == "tmp") {
                files.remove(&path).map_err(StoreError::io("remove", &path))?;
            }
        }
        listing.set_aside_before_gap();
        Ok(listing)
    }

    fn set_aside_before_gap(&mut self) {
        let numbers: Vec<u64> = self.segments.keys().copied().collect();
        let gap = numbers.windows(2).rposition(|pair| pair[1] != pair[0] + 1);
        for number in gap.map_or(&[][..], |gap| &numbers[..=gap]) {
            self.removed.extend(self.segments.remove(number));
        }
    }

    /// Only once the rest is known to be whole: until then these files may be what a rescue needs.
    pub(super) fn finish_removal(&self, files: &Arc<dyn Files>) -> Result<(), StoreError> {
        self.removed
            .iter()
            .try_for_each(|path| files.remove(path).map_err(StoreError::io("remove", path)))
    }

    /// Spare files of the right size; others are of no use any more, but do no harm either.
    pub(super) fn spares(&self, files: &Arc<dyn Files>, len: u64) -> impl Iterator<Item = PathBuf> {
        let right = move |path: &&PathBuf| files.len(path).is_ok_and(|its| its == len);
        self.spares.iter().filter(right).cloned()
    }
}
