//! A generation as of one timestamp.

use std::sync::Arc;

use super::super::commit::Payload;
use super::super::error::StoreError;
use super::super::overlay::Cursor;
use super::super::range::{Direction, KeyRange};
use super::super::timestamp::Timestamp;
use super::super::traits::{Pairs, Snapshot};
use super::generation::Generation;
use super::merge::{Merge, Source};

/// The snapshot of both stores.
#[derive(Debug)]
pub(super) struct View {
    pub(super) ts: Timestamp,
    pub(super) generation: Arc<Generation>,
}

impl Snapshot for View {
    fn timestamp(&self) -> Timestamp {
        self.ts
    }

    fn get(&self, key: &[u8]) -> Result<Option<Payload>, StoreError> {
        let known = self.generation.layers().find_map(|layer| layer.get(key, self.ts));
        known.map_or_else(|| self.generation.base.get(key), Ok)
    }

    fn range(&self, range: KeyRange, direction: Direction) -> Pairs<'_> {
        if range.is_empty() {
            return Box::new(std::iter::empty());
        }
        let base = match self.generation.base.range(&range, direction) {
            Ok(base) => base,
            Err(error) => return Box::new(std::iter::once(Err(error))),
        };
        let mut sources: Vec<_> = self
            .generation
            .layers()
            .map(|layer| Source::layer(Cursor::new(layer, self.ts, range.clone(), direction)))
            .collect();
        if sources.is_empty() {
            return Box::new(base);
        }
        sources.push(Source::base(base));
        Box::new(Merge::new(sources, direction))
    }
}
