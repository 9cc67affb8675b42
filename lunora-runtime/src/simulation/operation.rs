//! What clients do: small programs over a few keys.

use rand::RngExt;

use crate::sync::simulated::Random;

/// As many keys there are; few, so that clients meet.
const KEYS: u8 = 5;
/// As many places a document can have for one key.
const LEVELS: u8 = 3;

/// One step of a program.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Operation {
    Get(u8),
    /// Of the documents with a rank in a range, so many of one end.
    Scan {
        from: u8,
        to: u8,
        most: u8,
        descending: bool,
    },
    Count {
        from: u8,
        to: u8,
    },
    /// Makes the document if it is not there.
    Append(u8, f64),
    Move(u8, u8),
    Delete(u8),
    /// The list of the first becomes that of the second.
    Copy(u8, u8),
    /// The function ends with an error, and nothing is written.
    Fail,
}

pub(super) type Program = Vec<Operation>;

/// What the steps of a program gave, one after the other.
pub(super) type Outcome = Vec<Vec<f64>>;

/// The place of a key's document at a level. No two have one.
pub(super) const fn rank(key: u8, level: u8) -> u8 {
    level * KEYS + key
}

pub(super) const RANKS: u8 = KEYS * LEVELS;

impl Operation {
    fn read(random: &mut Random) -> Self {
        let key = random.random_range(0..KEYS);
        let from = random.random_range(0..RANKS);
        let to = random.random_range(from..=RANKS);
        match random.random_range(0..4) {
            0 | 1 => Self::Get(key),
            2 => Self::Count { from, to },
            _ => Self::Scan {
                from,
                to,
                most: [1, 2, u8::MAX][random.random_range(0..3)],
                descending: random.random(),
            },
        }
    }

    fn write(random: &mut Random, token: f64) -> Self {
        let key = random.random_range(0..KEYS);
        match random.random_range(0..10) {
            0..5 => Self::Append(key, token),
            5 | 6 => Self::Move(key, random.random_range(0..LEVELS)),
            7 => Self::Delete(key),
            8 => Self::Copy(key, random.random_range(0..KEYS)),
            _ => Self::Append(0, token),
        }
    }

    /// What a query does.
    pub(super) fn reads(random: &mut Random) -> Program {
        let length = random.random_range(1..4);
        (0..length).map(|_| Self::read(random)).collect()
    }

    /// What a mutation does. What it appends is `token`.
    pub(super) fn writes(random: &mut Random, token: f64) -> Program {
        let length = random.random_range(1..5);
        let mut program: Program = (0..length)
            .map(|_| {
                if random.random_bool(0.5) {
                    Self::read(random)
                } else {
                    Self::write(random, token)
                }
            })
            .collect();
        if random.random_bool(0.05) {
            program.push(Self::Fail);
        }
        program
    }

    /// Everything there is.
    pub(super) fn everything() -> Program {
        vec![Self::Scan {
            from: 0,
            to: RANKS,
            most: u8::MAX,
            descending: false,
        }]
    }

    pub(super) fn encode(self) -> Vec<f64> {
        let bytes = |bytes: [u8; 4]| bytes.map(f64::from).to_vec();
        match self {
            Self::Get(key) => bytes([0, key, 0, 0]),
            Self::Scan {
                from,
                to,
                most,
                descending,
            } => bytes([if descending { 2 } else { 1 }, from, to, most]),
            Self::Count { from, to } => bytes([3, from, to, 0]),
            Self::Append(key, token) => vec![4.0, f64::from(key), token, 0.0],
            Self::Move(key, level) => bytes([5, key, level, 0]),
            Self::Delete(key) => bytes([6, key, 0, 0]),
            Self::Copy(key, to) => bytes([7, key, to, 0]),
            Self::Fail => bytes([8, 0, 0, 0]),
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "these were bytes"
    )]
    pub(super) fn decode(encoded: &[f64]) -> Self {
        let byte = |at: usize| encoded[at] as u8;
        match byte(0) {
            0 => Self::Get(byte(1)),
            code @ (1 | 2) => Self::Scan {
                from: byte(1),
                to: byte(2),
                most: byte(3),
                descending: code == 2,
            },
            3 => Self::Count {
                from: byte(1),
                to: byte(2),
            },
            4 => Self::Append(byte(1), encoded[2]),
            5 => Self::Move(byte(1), byte(2)),
            6 => Self::Delete(byte(1)),
            7 => Self::Copy(byte(1), byte(2)),
            _ => Self::Fail,
        }
    }
}
