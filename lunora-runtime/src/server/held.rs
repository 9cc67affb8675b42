//! Answers that wait for their clients, within the memory that there is for them.

use std::time::Duration;

use bytes::Bytes;

use super::{
    admission::{Quota, Share},
    problem::Problem,
};

/// Answers up to this size are bounded by the number of connections alone.
const SMALL: usize = 64 << 10;

/// An answer with its part of the memory, which it gives back when its last byte has been handed to the network.
struct Held {
    answer: Bytes,
    _share: Share,
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.answer
    }
}

/// Takes room for an answer among those that are `unread`, for as long as its client takes to read it.
///
/// Without room the client is told to come back. A mutation has been committed by then: under an `Idempotency-Key` a
/// repeat gets the same answer.
pub(super) fn hold(answer: impl Into<Bytes>, unread: &Quota) -> Result<Bytes, Problem> {
    let answer = answer.into();
    if answer.len() <= SMALL {
        return Ok(answer);
    }
    let share = unread.take(answer.len()).ok_or_else(no_memory)?;
    Ok(Bytes::from_owner(Held {
        answer,
        _share: share,
    }))
}

fn no_memory() -> Problem {
    let message = "Too many large answers wait to be read at the moment (limit: unread_bytes).";
    Problem::overloaded(message, Duration::from_secs(1))
}
