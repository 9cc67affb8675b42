//! Ranges of keys, found by a key that lies in them.
//!
//! A treap (Seidel and Aragon, "Randomized Search Trees", 1996) over the starts, in which every node knows how far the
//! ranges below it reach (Cormen et al., "Introduction to Algorithms", 17.3). Subtrees that end at or before the key
//! are not entered, so a search that finds *m* of *n* ranges looks at *O(m log n)* nodes. Priorities are drawn at
//! random: no order of insertions makes the tree deep.

use std::cmp::Ordering;

use rand::Rng;

use super::SubscriptionId;
use crate::store::{Key, KeyRange};

/// The ranges of all subscriptions. One subscription has no two that start at the same key.
#[derive(Debug, Default)]
pub(super) struct Intervals {
    root: Tree,
}

type Tree = Option<Box<Node>>;

#[derive(Debug)]
struct Node {
    start: Key,
    end: End,
    id: SubscriptionId,
    /// The farthest end of this node and all below it.
    reach: End,
    priority: u32,
    left: Tree,
    right: Tree,
}

/// The first key behind a range.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    Before(Key),
    Never,
}

impl End {
    fn is_behind(&self, key: &[u8]) -> bool {
        match self {
            Self::Before(end) => *key < **end,
            Self::Never => true,
        }
    }
}

impl Intervals {
    pub(super) fn is_empty(&self) -> bool {
        self.root.is_none()
    }

    pub(super) fn insert(&mut self, range: &KeyRange, id: SubscriptionId) {
        let node = Box::new(Node::new(range, id));
        let (before, behind) = split(self.root.take(), &node.start, id);
        self.root = merge(merge(before, Some(node)), behind);
    }

    pub(super) fn remove(&mut self, start: &[u8], id: SubscriptionId) {
        self.root = without(self.root.take(), start, id);
    }

    /// Calls `found` with the subscription of each range that `key` is in.
    pub(super) fn stab(&self, key: &[u8], found: &mut impl FnMut(SubscriptionId)) {
        stab(self.root.as_deref(), key, found);
    }
}

impl Node {
    /// Keys are copied: what they were cut from may be large, and a subscription lives long.
    fn new(range: &KeyRange, id: SubscriptionId) -> Self {
        let end = range
            .end
            .as_ref()
            .map_or(End::Never, |end| End::Before(end.clone()));
        Self {
            start: range.start.clone(),
            reach: end.clone(),
            end,
            id,
            priority: rand::rng().next_u32(),
            left: None,
            right: None,
        }
    }

    /// How this node lies to the range of `id` that starts at `start`.
    fn order(&self, start: &[u8], id: SubscriptionId) -> Ordering {
        (&*self.start, self.id).cmp(&(start, id))
    }

    /// After a change below.
    #[expect(clippy::unnecessary_wraps, reason = "every caller puts it into a tree")]
    fn updated(mut self: Box<Self>) -> Tree {
        let below = [&self.left, &self.right].into_iter().flatten();
        let farthest = below.map(|node| &node.reach).max();
        self.reach = farthest
            .filter(|reach| **reach > self.end)
            .unwrap_or(&self.end)
            .clone();
        Some(self)
    }
}

/// The ranges before that of `id` at `start`, and the others.
fn split(tree: Tree, start: &[u8], id: SubscriptionId) -> (Tree, Tree) {
    let Some(mut node) = tree else {
        return (None, None);
    };
    if node.order(start, id).is_lt() {
        let (before, behind) = split(node.right.take(), start, id);
        node.right = before;
        (node.updated(), behind)
    } else {
        let (before, behind) = split(node.left.take(), start, id);
        node.left = behind;
        (before, node.updated())
    }
}

/// One tree of two; all of `left` lies before all of `right`.
fn merge(left: Tree, right: Tree) -> Tree {
    match (left, right) {
        (tree, None) | (None, tree) => tree,
        (Some(mut left), Some(right)) if left.priority > right.priority => {
            left.right = merge(left.right.take(), Some(right));
            left.updated()
        }
        (left, Some(mut right)) => {
            right.left = merge(left, right.left.take());
            right.updated()
        }
    }
}

fn without(tree: Tree, start: &[u8], id: SubscriptionId) -> Tree {
    let mut node = tree?;
    match node.order(start, id) {
        Ordering::Equal => return merge(node.left, node.right),
        Ordering::Greater => node.left = without(node.left.take(), start, id),
        Ordering::Less => node.right = without(node.right.take(), start, id),
    }
    node.updated()
}

fn stab(tree: Option<&Node>, key: &[u8], found: &mut impl FnMut(SubscriptionId)) {
    let Some(node) = tree.filter(|node| node.reach.is_behind(key)) else {
        return;
    };
    stab(node.left.as_deref(), key, found);
    // Ranges further right start even later.
    if *node.start <= *key {
        if node.end.is_behind(key) {
            found(node.id);
        }
        stab(node.right.as_deref(), key, found);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks order, heap and reach below `tree`; returns its depth and size.
    fn check(tree: &Tree) -> (usize, usize) {
        let Some(node) = tree else { return (0, 0) };
        let (left, right) = (check(&node.left), check(&node.right));
        let mut reach = node.end.clone();
        for (child, order) in [(&node.left, Ordering::Less), (&node.right, Ordering::Greater)] {
            let Some(child) = child else { continue };
            assert_eq!(child.order(&node.start, node.id), order);
            assert!(child.priority <= node.priority);
            reach = reach.max(child.reach.clone());
        }
        assert!(reach == node.reach);
        (1 + left.0.max(right.0), 1 + left.1 + right.1)
    }

    /// Whatever the order of insertion, so that a search looks at a few dozen of many thousand nodes.
    #[test]
    fn the_tree_stays_shallow_and_knows_its_reach() {
        const MANY: u32 = 20_000;
        let range = |n: u32| KeyRange {
            start: Key::from(&n.to_be_bytes()),
            end: Some(Key::from(&(n + 1 + n % 7).to_be_bytes())),
        };
        let mut intervals = Intervals::default();
        for n in 0..MANY {
            intervals.insert(&range(n), SubscriptionId(n.into()));
        }
        let (depth, size) = check(&intervals.root);
        assert_eq!(size, MANY as usize);
        // Twice the logarithm is what to expect; four times as much does not happen.
        assert!(depth < 60, "{depth}");
        for n in (0..MANY).filter(|n| n % 3 == 0) {
            intervals.remove(&range(n).start, SubscriptionId(n.into()));
        }
        let (depth, size) = check(&intervals.root);
        assert_eq!(size, MANY as usize - MANY.div_ceil(3) as usize);
        assert!(depth < 60, "{depth}");
    }
}
