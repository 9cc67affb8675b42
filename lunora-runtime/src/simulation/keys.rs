//! Calls under a key: what is sent again where no answer came, and a key that is used for two things.

use std::collections::{BTreeMap, BTreeSet};

use rand::RngExt;

use super::{
    history::{Answer, Call, Request, Tally},
    operation::{Operation, Program},
};
use crate::{functions::IdempotencyKey, sync::simulated::Random};

/// A key, by the number of the call that had it first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key(pub(super) usize);

impl From<Key> for IdempotencyKey {
    /// Half of them are those of HTTP, half those of a session.
    fn from(Key(number): Key) -> Self {
        if number.is_multiple_of(2) {
            Self::Own(number.to_string())
        } else {
            Self::InSession {
                session: "session".into(),
                request: u32::try_from(number).unwrap(),
            }
        }
    }
}

/// What was committed under keys: the first of the calls that are one mutation.
#[derive(Debug, Default)]
pub(super) struct Taken {
    keys: BTreeMap<Key, usize>,
    answered: BTreeSet<usize>,
}

impl Taken {
    /// A mutation is committed: for the first time, and as the only one under its key.
    pub(super) fn take(&mut self, key: Key, first: usize) -> Result<(), String> {
        match self.keys.insert(key, first) {
            None => Ok(()),
            Some(before) if before == first => Err("it was committed before".to_owned()),
            Some(before) => Err(format!("{before} was committed under its key before")),
        }
    }

    /// Whether a call under a key may have come to its answer. What it was told of a commit has been compared already.
    pub(super) fn explain(&mut self, call: &Call, key: Key, tally: &mut Tally) -> Result<(), String> {
        let taken = self.keys.get(&key);
        match &call.answer {
            Answer::Done(ts, _) if taken != Some(&call.request.first) => {
                return Err(format!("it was told of its commit at {ts}, and there is none"));
            }
            Answer::Done(..) => {
                tally.answered_again += usize::from(!self.answered.insert(call.request.first));
            }
            Answer::Refused(why) if why.contains("IdempotencyKeyReused") => {
                tally.keys_refused += 1;
                if taken.is_none_or(|first| *first == call.request.first) {
                    return Err("its key was refused, and nothing else was committed under it".to_owned());
                }
            }
            _ => {}
        }
        Ok(())
    }
}

impl Request {
    /// Something that is not sent again.
    pub(super) fn once(program: Program, number: usize) -> Self {
        Self {
            program,
            first: number,
            key: None,
        }
    }

    /// A new mutation, or one that was called before, or a new one under a key that is taken.
    pub(super) fn mutation(calls: &[Call], number: usize, random: &mut Random) -> Self {
        let token = f64::from(u32::try_from(number).unwrap());
        let new = |random: &mut Random| Self::once(Operation::writes(random, token), number);
        let with_key = |key, random: &mut Random| Self {
            key: Some(key),
            ..new(random)
        };
        match (random.random_range(0..20), Self::with_a_key(calls, random)) {
            (0..12, _) => new(random),
            (18, Some(Self { key: Some(key), .. })) => with_key(*key, random),
            (15.., Some(before)) => before.clone(),
            _ => with_key(Key(number), random),
        }
    }

    /// A call under a key: the last one, which may be under way, one without an answer, or any.
    fn with_a_key<'a>(calls: &'a [Call], random: &mut Random) -> Option<&'a Self> {
        let choice = random.random_range(0..3);
        let mut with_key = calls.iter().filter(|call| call.request.key.is_some());
        let found: Vec<_> = match choice {
            0 => with_key.next_back().into_iter().collect(),
            1 => with_key.filter(|call| call.answer == Answer::None).collect(),
            _ => with_key.collect(),
        };
        let any = random.random_range(0..found.len().max(1));
        Some(&found.get(any)?.request)
    }
}
