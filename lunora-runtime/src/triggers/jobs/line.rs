//! The next jobs of a kind.

use std::{collections::BTreeSet, ops::Bound};

use lunora_core::time::Time;

use crate::{
    database::Entry,
    functions::{News, due},
};

/// Most jobs that are held.
const HELD: usize = 1_024;

/// The jobs at the front of a line, and up to where they are known.
#[derive(Debug, Default)]
pub(super) struct Line {
    /// All that wait before `known`, as far as has been heard.
    front: BTreeSet<Entry>,
    known: Known,
}

/// The part of the line that has been read.
#[derive(Debug, Default)]
enum Known {
    #[default]
    Nothing,
    Below(Entry),
    UpTo(Entry),
    All,
}

impl Line {
    /// Takes up what is new. What lies behind the known part will be read when it becomes the front.
    pub(super) fn hear(&mut self, news: News) {
        self.front
            .extend(news.jobs.into_iter().filter(|job| self.known.has(job)));
        if let Some(missing) = news.missing_from.filter(|missing| self.known.has(missing)) {
            self.forget_from(missing);
        }
        while self.front.len() > HELD
            && let Some(last) = self.front.pop_last()
        {
            self.known = Known::Below(last);
        }
    }

    fn forget_from(&mut self, place: Entry) {
        self.front.split_off(&place);
        self.known = Known::Below(place);
    }

    /// From where on how many places have to be read; `None` if enough of them are known.
    pub(super) fn wants(&self) -> Option<(Bound<&Entry>, usize)> {
        let from = match &self.known {
            Known::All => return None,
            Known::Nothing => Bound::Unbounded,
            Known::Below(place) => Bound::Included(place),
            Known::UpTo(place) => Bound::Excluded(place),
        };
        (self.front.len() < HELD / 2).then(|| (from, HELD - self.front.len()))
    }

    /// Takes up what was read. `wanted` is how much was asked for.
    pub(super) fn read(&mut self, places: Vec<Entry>, wanted: usize) {
        self.known = match places.last() {
            Some(last) if places.len() == wanted => Known::UpTo(last.clone()),
            _ => Known::All,
        };
        self.front.extend(places);
    }

    /// The first job, and its time.
    pub(super) fn first(&self) -> Option<(&Entry, Time)> {
        let first = self.front.first()?;
        Some((first, due(first)))
    }

    /// Lets the first job leave the line.
    pub(super) fn pop(&mut self) -> Option<Entry> {
        self.front.pop_first()
    }
}

impl Known {
    fn has(&self, place: &Entry) -> bool {
        match self {
            Self::Nothing => false,
            Self::Below(end) => place < end,
            Self::UpTo(end) => place <= end,
            Self::All => true,
        }
    }
}
