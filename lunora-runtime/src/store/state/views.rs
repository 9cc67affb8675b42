//! The generations that can be read, and the one shared view per timestamp.

use std::sync::{Arc, Weak};

use super::super::error::StoreError;
use super::super::options::Options;
use super::super::overlay::Layer;
use super::super::timestamp::Timestamp;
use super::super::traits::Snapshot;
use super::base::BaseView;
use super::generation::Generation;
use super::history::History;
use super::view::View;
use crate::sync::{Instant, RwLock};

/// The current generation, those before it for reads at a timestamp of a moment ago, and the views that are asked for
/// again and again: the newest one, and the one of the newest durable commit behind it.
#[derive(Debug)]
pub(crate) struct Views {
    state: RwLock<State>,
}

#[derive(Debug)]
struct State {
    current: Arc<Generation>,
    history: History,
    newest: Option<Arc<View>>,
    durable: Option<Arc<View>>,
    /// The views that read the active layer, and how many of them there were when those that are gone were taken out.
    live: Vec<Weak<View>>,
    live_then: usize,
}

impl Views {
    pub(crate) fn new(generation: Generation, options: &Options) -> Self {
        let current = Arc::new(generation);
        Self {
            state: RwLock::new(State {
                current,
                history: History::new(options),
                newest: None,
                durable: None,
                live: Vec::new(),
                live_then: 0,
            }),
        }
    }

    /// The view as of `ts`, when it was asked for lately.
    pub(crate) fn cached(&self, ts: Timestamp) -> Option<Arc<dyn Snapshot>> {
        let state = self.state.read();
        Some(state.cached(ts)?.clone())
    }

    /// The view as of `ts`, which must be ordered.
    pub(crate) fn open(&self, ts: Timestamp) -> Result<Arc<dyn Snapshot>, StoreError> {
        let mut state = self.state.write();
        if let Some(view) = state.cached(ts) {
            return Ok(view.clone());
        }
        let view = Arc::new(View {
            ts,
            generation: state.generation(ts)?,
        });
        state.keep(&view);
        state.watch(&view);
        Ok(view)
    }

    /// The view as of the newest checkpoint, with no layer in it.
    pub(crate) fn of_base(&self) -> Arc<dyn Snapshot> {
        let generation = Arc::new(self.state.read().current.of_base());
        Arc::new(View {
            ts: generation.checkpoint(),
            generation,
        })
    }

    /// Of the layers of the current generation: the memory that they use, and what they take in the log.
    pub(crate) fn layer_sizes(&self) -> (usize, usize) {
        let state = self.state.read();
        state.current.layers().fold((0, 0), |(bytes, logged), layer| {
            (bytes + layer.bytes(), logged + layer.logged())
        })
    }

    /// Puts a new active layer above the current one, which is frozen.
    pub(crate) fn freeze(&self, active: Arc<Layer>) {
        let mut state = self.state.write();
        state.current = Arc::new(state.current.freeze(active));
        (state.live, state.live_then) = (Vec::new(), 0);
    }

    /// Lets the active layer give up what only readers before `ts` could ask for, as far as nobody reads there.
    pub(crate) fn keep_from(&self, ts: Timestamp) {
        let mut state = self.state.write();
        let oldest = state.live().map(|view| view.ts).min();
        state
            .current
            .active
            .keep_from(oldest.map_or(ts, |oldest| oldest.min(ts)));
    }

    /// The frozen layer is in the engine: readers get `base` instead of it.
    pub(crate) fn checkpointed(&self, base: BaseView) {
        let mut state = self.state.write();
        let next = Arc::new(state.current.checkpointed(base));
        let current = std::mem::replace(&mut state.current, next);
        let forgotten = state.history.push(&current);
        // They would keep the frozen layer in memory until somebody asks for another timestamp.
        state.newest = None;
        state.durable = None;
        drop(state);
        // Outside of the lock: freeing a layer takes a while.
        drop((current, forgotten));
    }

    /// Gives up the timestamps that are too old; says when to do so again.
    pub(crate) fn forget(&self) -> Option<Instant> {
        let mut state = self.state.write();
        let forgotten = state.history.trim();
        let next = state.history.ends();
        drop(state);
        drop(forgotten);
        next
    }
}

impl State {
    fn cached(&self, ts: Timestamp) -> Option<&Arc<View>> {
        [&self.newest, &self.durable]
            .into_iter()
            .flatten()
            .find(|view| view.ts == ts)
    }

    fn generation(&self, ts: Timestamp) -> Result<Arc<Generation>, StoreError> {
        let found = if self.current.checkpoint() <= ts {
            Some(&self.current)
        } else {
            self.history.find(ts)
        };
        let oldest = match found {
            Some(generation) if generation.reads(ts) => return Ok(Arc::clone(generation)),
            Some(generation) => generation.oldest(),
            None => self.history.oldest().unwrap_or_else(|| self.current.oldest()),
        };
        Err(StoreError::TooOld {
            requested: ts,
            oldest,
        })
    }

    /// What is asked for most is the newest commit and, a sync behind it, the newest durable one.
    fn keep(&mut self, view: &Arc<View>) {
        // Nor may a view of the past stay when its generation goes.
        if !Arc::ptr_eq(&view.generation, &self.current) {
            return;
        }
        let slot = match &self.newest {
            Some(newest) if view.ts < newest.ts => &mut self.durable,
            _ => &mut self.newest,
        };
        if slot.as_ref().is_none_or(|kept| kept.ts < view.ts) {
            *slot = Some(Arc::clone(view));
        }
    }

    /// Remembers a view that reads the active layer while it is there.
    fn watch(&mut self, view: &Arc<View>) {
        if !self.current.active.is_seen_at(view.ts) {
            return;
        }
        if self.live.len() >= 64 + 2 * self.live_then {
            self.live_then = self.live().count();
        }
        self.live.push(Arc::downgrade(view));
    }

    /// The views that read the active layer.
    fn live(&mut self) -> impl Iterator<Item = Arc<View>> {
        self.live.retain(|view| view.strong_count() > 0);
        self.live.iter().filter_map(Weak::upgrade)
    }
}
