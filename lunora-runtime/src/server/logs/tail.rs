//! One reader of the log.

use std::time::Duration;

use bytes::Bytes;
use serde::Deserialize;
use serde_json::json;
use tokio::{
    sync::mpsc,
    time::{Instant, timeout_at},
};

use super::{LogLevel, LogLine, LogRing};
use crate::{
    functions::Revocation,
    server::lifecycle::{Phase, Watch},
};

/// How many lines are looked at in one go.
const BATCH: usize = 256;
/// How often a reader for whom there is nothing is sent an empty line: that it is gone is only noticed in writing.
const SIGN_OF_LIFE: Duration = Duration::from_secs(30);

/// Which lines a reader wants.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "camelCase")]
pub(super) struct Wanted {
    /// Those that matter at least this much.
    level: Option<LogLevel>,
    /// Those that were written while this function ran.
    function: Option<String>,
    /// Those that were written for this request.
    request_id: Option<String>,
    /// How many of those that are there; all of them without this.
    last: Option<usize>,
    /// Those to come as well.
    follow: bool,
}

/// A reader with its place.
#[derive(Debug)]
pub(super) struct Tail {
    pub(super) ring: LogRing,
    pub(super) wanted: Wanted,
    pub(super) sender: mpsc::Sender<Bytes>,
    /// Of the reader's key.
    pub(super) revocation: Revocation,
    /// Of the server.
    pub(super) end: Watch,
}

impl Wanted {
    fn has(&self, line: &LogLine) -> bool {
        let is = |wanted: &Option<String>, found: &Option<String>| wanted.is_none() || wanted == found;
        self.level.is_none_or(|level| line.level >= level)
            && is(&self.function, &line.function)
            && is(&self.request_id, &line.request_id)
    }
}

impl Tail {
    /// Sends lines until there are no more, or the reader, its key or the server is gone.
    pub(super) async fn run(mut self) {
        let sending = send(&self.ring, &self.wanted, &self.sender, SIGN_OF_LIFE);
        tokio::select! {
            () = sending => {}
            () = self.sender.closed() => {}
            () = self.revocation.ended() => {}
            () = self.end.entered(Phase::Draining) => {}
        }
    }
}

async fn send(ring: &LogRing, wanted: &Wanted, sender: &mpsc::Sender<Bytes>, pause: Duration) {
    let mut from = ring.last(wanted.last.unwrap_or(usize::MAX), |line| wanted.has(line));
    let mut sign = Instant::now() + pause;
    loop {
        let part = ring.read(from, BATCH);
        let (is_end, mut text) = (part.lines.is_empty(), Vec::new());
        if part.lost > 0 {
            write(&mut text, &json!({"lost": part.lost}));
        }
        for line in part.lines.iter().filter(|line| wanted.has(line)) {
            write(&mut text, &**line);
        }
        if text.is_empty() && wanted.follow && Instant::now() >= sign {
            text.push(b'\n');
        }
        if !text.is_empty() {
            // The place in the channel first: whoever waits for it has lines go by.
            if sender.send(text.into()).await.is_err() {
                return;
            }
            sign = Instant::now() + pause;
        }
        from = part.next;
        match (is_end, wanted.follow) {
            // Too late or not, the next turn sees what there is.
            (true, true) => drop(timeout_at(sign, ring.grown(from)).await),
            (true, false) => return,
            (false, _) => {}
        }
    }
}

fn write(text: &mut Vec<u8>, line: &impl serde::Serialize) {
    // Texts and numbers always have a form in JSON, and a vector takes what is written.
    if serde_json::to_writer(&mut *text, line).is_ok() {
        text.push(b'\n');
    }
}

#[cfg(test)]
mod tests {
    use lunora_core::time::Time;

    use super::*;

    fn line(message: u64) -> LogLine {
        LogLine {
            at: Time::from_millis(0.0),
            level: LogLevel::Info,
            target: String::new(),
            function: None,
            request_id: None,
            message: message.to_string(),
            fields: Vec::new(),
        }
    }

    /// The numbers of the lines in a piece; where lines were lost, how many.
    fn read(piece: &[u8]) -> (Vec<u64>, u64) {
        let (mut lines, mut lost) = (Vec::new(), 0);
        for text in piece.split(|byte| *byte == b'\n').filter(|text| !text.is_empty()) {
            let line: serde_json::Value = serde_json::from_slice(text).unwrap();
            match line["lost"].as_u64() {
                Some(more) => lost += more,
                None => lines.push(line["message"].as_str().unwrap().parse().unwrap()),
            }
        }
        (lines, lost)
    }

    #[tokio::test]
    async fn a_reader_for_whom_there_is_nothing_is_sent_a_sign_of_life() {
        let ring = LogRing::default();
        let (sender, mut pieces) = mpsc::channel(1);
        ring.push(line(0));
        let wanted = Wanted {
            level: Some(LogLevel::Error),
            follow: true,
            ..Wanted::default()
        };
        let reading =
            tokio::spawn(async move { send(&ring, &wanted, &sender, Duration::from_millis(1)).await });
        assert_eq!(pieces.recv().await.unwrap(), "\n");
        assert_eq!(pieces.recv().await.unwrap(), "\n");
        drop(pieces);
        reading.await.unwrap();
    }

    #[tokio::test]
    async fn a_slow_reader_holds_nobody_up_and_is_told_what_it_has_lost() {
        let ring = LogRing::default();
        let (sender, mut pieces) = mpsc::channel(1);
        ring.push(line(0));
        let reading = tokio::spawn({
            let ring = ring.clone();
            let wanted = Wanted {
                follow: true,
                ..Wanted::default()
            };
            async move { send(&ring, &wanted, &sender, SIGN_OF_LIFE).await }
        });
        let total = 30_000;
        let (first, _) = read(&pieces.recv().await.unwrap());
        assert_eq!(first, [0]);
        for number in 1..total {
            ring.push(line(number));
            // Lets the reader fill the channel, and then wait.
            tokio::task::yield_now().await;
        }
        let (mut seen, mut lost) = (1, 0);
        while seen + lost < total {
            let (lines, more) = read(&pieces.recv().await.unwrap());
            lost += more;
            assert_eq!(
                lines.first().copied(),
                Some(seen + lost),
                "in their order, with nothing left out unsaid"
            );
            seen += lines.len() as u64;
        }
        assert!(lost > 0);
        reading.abort();
    }
}
