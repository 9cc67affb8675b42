//! The last lines of the log, in memory.

use std::{collections::VecDeque, sync::Arc};

use parking_lot::Mutex;
use tokio::sync::watch;

use super::LogLine;

/// Most lines that are kept.
const MAX_LINES: usize = 10_000;
/// Most memory that they take, about, in bytes.
const MAX_BYTES: usize = 8 << 20;

/// The last lines of a server's log, within 10,000 lines and 8 MiB. Clones are the same ring.
#[derive(Debug, Clone)]
pub struct LogRing(Arc<State>);

#[derive(Debug)]
struct State {
    kept: Mutex<Kept>,
    /// The number of the line that comes next.
    next: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct Kept {
    lines: VecDeque<(Arc<LogLine>, usize)>,
    /// The number of the first of them.
    first: u64,
    bytes: usize,
}

/// Lines from a place in the ring on.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) lines: Vec<Arc<LogLine>>,
    /// How many went by before they could be read.
    pub(super) lost: u64,
    /// Where the next part begins.
    pub(super) next: u64,
}

impl Default for LogRing {
    fn default() -> Self {
        Self(Arc::new(State {
            kept: Mutex::default(),
            next: watch::Sender::new(0),
        }))
    }
}

impl LogRing {
    /// Adds a line; the oldest ones make room for it.
    pub fn push(&self, line: LogLine) {
        let (line, size) = line.bounded();
        let mut kept = self.0.kept.lock();
        while kept.lines.len() >= MAX_LINES || (kept.bytes + size > MAX_BYTES && !kept.lines.is_empty()) {
            kept.drop_first();
        }
        kept.lines.push_back((Arc::new(line), size));
        kept.bytes += size;
        // Under the lock, so that the numbers come in their order.
        self.0.next.send_replace(kept.next());
    }

    /// All of the lines.
    #[cfg(test)]
    pub(crate) fn lines(&self) -> Vec<Arc<LogLine>> {
        self.read(0, usize::MAX).lines
    }

    /// Where the last `count` lines begin that are `wanted`.
    pub(super) fn last(&self, count: usize, wanted: impl Fn(&LogLine) -> bool) -> u64 {
        let kept = self.0.kept.lock();
        let found = kept.lines.iter().enumerate().rev();
        let found = found.filter(|(_, (line, _))| wanted(line)).take(count);
        found.last().map_or(kept.next(), |(at, _)| kept.first + at as u64)
    }

    /// Up to `limit` lines from the number `from` on.
    pub(super) fn read(&self, from: u64, limit: usize) -> Part {
        let kept = self.0.kept.lock();
        let start = from.max(kept.first);
        let skip = usize::try_from(start - kept.first).unwrap_or(usize::MAX);
        let lines = kept.lines.iter().skip(skip).take(limit);
        let lines: Vec<_> = lines.map(|(line, _)| Arc::clone(line)).collect();
        Part {
            next: start + lines.len() as u64,
            lost: start - from,
            lines,
        }
    }

    /// Resolves when there is a line with the number `from`, or later.
    pub(super) async fn grown(&self, from: u64) {
        let mut next = self.0.next.subscribe();
        // It fails only when the ring is gone, and this borrows it.
        let _ = next.wait_for(|next| *next > from).await;
    }
}

impl Kept {
    fn next(&self) -> u64 {
        self.first + self.lines.len() as u64
    }

    fn drop_first(&mut self) {
        if let Some((_, size)) = self.lines.pop_front() {
            self.bytes -= size;
            self.first += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use lunora_core::time::Time;

    use super::{super::LogLevel, *};

    fn line(message: String) -> LogLine {
        LogLine {
            at: Time::from_millis(0.0),
            level: LogLevel::Info,
            target: String::new(),
            function: None,
            request_id: None,
            message,
            fields: Vec::new(),
        }
    }

    #[test]
    fn the_oldest_lines_make_room_and_are_counted_as_lost() {
        let ring = LogRing::default();
        for number in 0..MAX_LINES + 5 {
            ring.push(line(number.to_string()));
        }
        let part = ring.read(2, 1);
        assert_eq!((part.lost, part.next), (3, 6));
        assert_eq!(part.lines[0].message, "5");
        let part = ring.read(part.next, usize::MAX);
        assert_eq!((part.lost, part.lines.len()), (0, MAX_LINES - 1));
    }

    #[test]
    fn large_lines_take_no_more_memory_than_there_is() {
        let ring = LogRing::default();
        for _ in 0..MAX_LINES {
            let mut large = line("x".repeat(1 << 20));
            large.fields = vec![("y".repeat(1 << 10), "z".repeat(1 << 10)); 100];
            ring.push(large);
            let kept = ring.0.kept.lock();
            assert!(kept.bytes <= MAX_BYTES);
            assert_eq!(kept.lines[0].0.message.len(), 4 << 10);
            if kept.first > 10 {
                return;
            }
        }
        panic!("nothing made room");
    }

    #[test]
    fn the_last_ones_that_are_wanted_are_found() {
        let ring = LogRing::default();
        for number in 0..10 {
            ring.push(line((number % 3).to_string()));
        }
        assert_eq!(ring.last(2, |line| line.message == "0"), 6);
        assert_eq!(ring.last(100, |_| true), 0);
        assert_eq!(ring.last(0, |_| true), 10);
        assert_eq!(ring.last(5, |line| line.message == "7"), 10);
    }
}
