//! The generations that can be read, and the one shared view per timestamp.

use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::RwLock;

use super::super::error::StoreError;
use super::super::overlay::Layer;
use super::super::timestamp::Timestamp;
use super::super::traits::Snapshot;
use super::base::BaseView;
use super::generation::Generation;
use super::history::History;
use super::view::View;

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
}

impl Views {
    pub(crate) fn new(generation: Generation, kept: Duration, max_bytes: usize) -> Self {
        let current = Arc::new(generation);
        Self {
            state: RwLock::new(State {
                current,
                history: History::new(kept, max_bytes),
                newest: None,
                durable: None,
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
        Ok(view)
    }

    /// The view as of the newest checkpoint, with no layer in it.
    pub(crate) fn of_base(&self) -> Arc<dyn Snapshot> {
        let generation = Arc::new(self.state.read().current.of_base());
        Arc::new(View {
            ts: generation.oldest(),
            generation,
        })
    }

    /// Memory used by the layers of the current generation.
    pub(crate) fn layer_bytes(&self) -> usize {
        let state = self.state.read();
        state.current.layers().map(Layer::bytes).sum()
    }

    /// Puts a new active layer above the current one, which is frozen.
    pub(crate) fn freeze(&self, active: Arc<Layer>) {
        let mut state = self.state.write();
        state.current = Arc::new(state.current.freeze(active));
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
        if self.current.oldest() <= ts {
            return Ok(Arc::clone(&self.current));
        }
        self.history.find(ts).cloned().ok_or_else(|| StoreError::TooOld {
            requested: ts,
            oldest: self.history.oldest().unwrap_or_else(|| self.current.oldest()),
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
}
