//! What programs do, one after the other and in memory.

use std::collections::BTreeMap;

use super::operation::{Operation, Outcome, rank};

/// The documents by key.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Model(BTreeMap<u8, Document>);

#[derive(Debug, Clone, PartialEq)]
struct Document {
    rank: u8,
    list: Vec<f64>,
}

impl Model {
    /// What a program gives. One that fails gives what it had seen until then, and changes nothing.
    pub(super) fn run(&mut self, program: &[Operation]) -> Outcome {
        let mut after = self.clone();
        let mut outcome = Outcome::new();
        for operation in program {
            if *operation == Operation::Fail {
                return outcome;
            }
            outcome.push(after.step(*operation));
        }
        *self = after;
        outcome
    }

    fn step(&mut self, operation: Operation) -> Vec<f64> {
        match operation {
            Operation::Get(key) => self.0.get(&key).map_or_else(Vec::new, |document| {
                let rank = f64::from(document.rank);
                std::iter::once(rank)
                    .chain(document.list.iter().copied())
                    .collect()
            }),
            Operation::Scan {
                from,
                to,
                most,
                descending,
            } => self.scan(from, to, most, descending),
            Operation::Count { from, to } => {
                let within = self.0.values().filter(|it| (from..to).contains(&it.rank));
                vec![f64::from(u8::try_from(within.count()).unwrap())]
            }
            Operation::Append(key, token) => {
                let new = Document {
                    rank: rank(key, 0),
                    list: Vec::new(),
                };
                let list = &mut self.0.entry(key).or_insert(new).list;
                list.push(token);
                vec![f64::from(u32::try_from(list.len()).unwrap())]
            }
            Operation::Move(key, level) => match self.0.get_mut(&key) {
                Some(document) => {
                    document.rank = rank(key, level);
                    vec![1.0]
                }
                None => Vec::new(),
            },
            Operation::Delete(key) => self.0.remove(&key).map_or_else(Vec::new, |_| vec![1.0]),
            Operation::Copy(key, to) => self.copy(key, to),
            Operation::Fail => Vec::new(),
        }
    }

    fn scan(&self, from: u8, to: u8, most: u8, descending: bool) -> Vec<f64> {
        let mut within: Vec<_> = self
            .0
            .iter()
            .filter(|(_, it)| (from..to).contains(&it.rank))
            .collect();
        within.sort_by_key(|(_, document)| document.rank);
        if descending {
            within.reverse();
        }
        within.truncate(most.into());
        let row = |(key, document): (&u8, &Document)| {
            let mut row = vec![f64::from(*key), f64::from(document.rank)];
            row.extend(&document.list);
            row
        };
        within.into_iter().flat_map(row).collect()
    }

    fn copy(&mut self, key: u8, to: u8) -> Vec<f64> {
        let Some(list) = self.0.get(&key).map(|document| document.list.clone()) else {
            return Vec::new();
        };
        let length = f64::from(u32::try_from(list.len()).unwrap());
        let rank = self.0.get(&to).map_or(rank(to, 0), |document| document.rank);
        self.0.insert(to, Document { rank, list });
        vec![length]
    }
}
