//! Random transactions, as proptest and the seeded histories make them.

use lunora_core::{
    table::{BY_CREATION_TIME, BY_ID, IndexBounds, KeyBound},
    value::{Object, Value},
};
use rand::{Rng, RngExt, rngs::StdRng};

use super::model::Operation;
use crate::database::Order;

const GROUPS: u32 = 3;
const RANKS: u32 = 4;
const KEYS: u32 = 8;

/// A random operation; small domains, so that transactions meet.
pub(super) fn operation(random: &mut StdRng) -> Operation {
    match random.random_range(0..20) {
        0..=2 => Operation::Get(position(random)),
        3..=7 => scan(random),
        8 => Operation::Count(Some(bounds(random))),
        9..=12 => Operation::Insert(fields(random)),
        13..=15 => Operation::Patch(position(random), changes(random)),
        16 => Operation::Replace(position(random), fields(random)),
        17..=18 => Operation::Delete(position(random)),
        _ => {
            let inner = random.random_range(1..4);
            Operation::RolledBack((0..inner).map(|_| flat_operation(random)).collect())
        }
    }
}

fn flat_operation(random: &mut StdRng) -> Operation {
    loop {
        match operation(random) {
            Operation::RolledBack(_) => {}
            flat => return flat,
        }
    }
}

fn scan(random: &mut StdRng) -> Operation {
    let bounds = random.random_bool(0.85).then(|| bounds(random));
    let order = if random.random() { Order::Asc } else { Order::Desc };
    let take = if random.random() {
        usize::MAX
    } else {
        random.random_range(0..4)
    };
    Operation::Scan { bounds, order, take }
}

fn position(random: &mut StdRng) -> usize {
    random.random_range(0..1_000)
}

fn fields(random: &mut StdRng) -> Object {
    let mut fields = Object::new();
    fields.insert("group", group(random));
    if let Some(rank) = rank(random) {
        fields.insert("rank", rank);
    }
    fields.insert("key", key(random));
    fields
}

fn changes(random: &mut StdRng) -> Vec<(&'static str, Option<Value>)> {
    match random.random_range(0..4) {
        0 => vec![("group", Some(group(random)))],
        1 => vec![("rank", rank(random))],
        2 => vec![("key", Some(key(random)))],
        _ => vec![("note", Some(Value::from(f64::from(random.next_u32()))))],
    }
}

fn group(random: &mut StdRng) -> Value {
    f64::from(random.random_range(0..GROUPS)).into()
}

/// Also absent, and of several types.
fn rank(random: &mut StdRng) -> Option<Value> {
    let rank = random.random_range(0..RANKS);
    match random.random_range(0..8) {
        0 => None,
        1 => Some(Value::Null),
        2 => Some(Value::Int64(i64::from(rank))),
        3 => Some(Value::Bool(rank == 0)),
        _ => Some(f64::from(rank).into()),
    }
}

fn key(random: &mut StdRng) -> Value {
    format!("key{}", random.random_range(0..KEYS)).into()
}

fn bounds(random: &mut StdRng) -> IndexBounds {
    let whole = |index| IndexBounds {
        index,
        equal: vec![],
        lower: None,
        upper: None,
    };
    match random.random_range(0..10) {
        0 => whole(BY_ID),
        1 => whole(BY_CREATION_TIME),
        2 => ends(random, whole(BY_CREATION_TIME), |random| {
            Some(random.random_range(990.0..1010.0).into())
        }),
        3 => ends(random, whole("by_group"), |random| Some(group(random))),
        4 => IndexBounds {
            equal: vec![Some(group(random))],
            ..whole("by_group")
        },
        5 => IndexBounds {
            equal: vec![Some(key(random))],
            ..whole("by_key")
        },
        6 => ends(random, whole("by_key"), |random| Some(key(random))),
        7 => IndexBounds {
            equal: vec![Some(group(random)), rank(random)],
            ..whole("by_group_rank")
        },
        _ => {
            let bounds = IndexBounds {
                equal: vec![Some(group(random))],
                ..whole("by_group_rank")
            };
            ends(random, bounds, rank)
        }
    }
}

fn ends(
    random: &mut StdRng,
    bounds: IndexBounds,
    mut key: impl FnMut(&mut StdRng) -> Option<Value>,
) -> IndexBounds {
    let mut end = |random: &mut StdRng| {
        random.random_bool(0.6).then(|| KeyBound {
            key: key(random),
            inclusive: random.random(),
        })
    };
    let (lower, upper) = (end(random), end(random));
    IndexBounds {
        lower,
        upper,
        ..bounds
    }
}
