//! One ordered scan out of several.

use super::super::commit::{Key, Payload};
use super::super::error::StoreError;
use super::super::overlay::Cursor;
use super::super::range::Direction;
use super::base::BaseRange;

/// A key with what one source knows of it; none is a deletion.
type Known = (Key, Option<Payload>);

/// A scan of one layer or of the engine, with the pair it is at.
pub(super) struct Source<'a> {
    scan: Scan<'a>,
    head: Option<Known>,
    ended: bool,
}

enum Scan<'a> {
    Layer(Cursor<'a>),
    Base(Box<BaseRange>),
}

impl<'a> Source<'a> {
    pub(super) fn layer(cursor: Cursor<'a>) -> Self {
        Self {
            scan: Scan::Layer(cursor),
            head: None,
            ended: false,
        }
    }

    pub(super) fn base(range: BaseRange) -> Self {
        Self {
            scan: Scan::Base(Box::new(range)),
            head: None,
            ended: false,
        }
    }

    /// Moves on when the pair it was at has been used; not earlier, so that nothing is read that nobody asked
    /// for.
    fn fill(&mut self) -> Result<(), StoreError> {
        if self.head.is_none() && !self.ended {
            self.head = self.scan.step()?;
            self.ended = self.head.is_none();
        }
        Ok(())
    }
}

impl Scan<'_> {
    fn step(&mut self) -> Result<Option<Known>, StoreError> {
        match self {
            Self::Layer(cursor) => Ok(cursor.next()),
            Self::Base(range) => Ok(range.next().transpose()?.map(|(key, value)| (key, Some(value)))),
        }
    }
}

/// Merges scans of the same range; where several know a key, the first source wins: it is the newest.
pub(super) struct Merge<'a> {
    sources: Vec<Source<'a>>,
    direction: Direction,
}

impl<'a> Merge<'a> {
    pub(super) fn new(sources: Vec<Source<'a>>, direction: Direction) -> Self {
        Self { sources, direction }
    }

    /// The next key in order with its newest version, deleted or not.
    fn step(&mut self) -> Result<Option<Known>, StoreError> {
        let mut first: Option<usize> = None;
        for index in 0..self.sources.len() {
            self.sources[index].fill()?;
            let ahead = first.is_none_or(|first| self.is_ahead(index, first));
            if ahead && self.sources[index].head.is_some() {
                first = Some(index);
            }
        }
        Ok(first.and_then(|first| self.take(first)))
    }

    fn is_ahead(&self, index: usize, of: usize) -> bool {
        match (&self.sources[index].head, &self.sources[of].head, self.direction) {
            (Some(left), Some(right), Direction::Ascending) => left.0 < right.0,
            (Some(left), Some(right), Direction::Descending) => left.0 > right.0,
            _ => false,
        }
    }

    /// Takes the pair of one source, and from the older ones whatever they know of the same key.
    fn take(&mut self, first: usize) -> Option<Known> {
        let known = self.sources[first].head.take()?;
        for source in &mut self.sources[first + 1..] {
            source.head.take_if(|head| head.0 == known.0);
        }
        Some(known)
    }
}

impl Iterator for Merge<'_> {
    type Item = Result<(Key, Payload), StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.step() {
                Ok(Some((key, Some(value)))) => return Some(Ok((key, value))),
                Ok(Some((_, None))) => {}
                Ok(None) => return None,
                Err(error) => return Some(Err(error)),
            }
        }
    }
}
