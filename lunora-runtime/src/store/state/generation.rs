//! The engine as of a checkpoint with the layers above it.

use std::sync::Arc;

use super::super::overlay::Layer;
use super::super::timestamp::Timestamp;
use super::base::BaseView;

/// Everything from the checkpoint of `base` up to the newest commit in `active`.
#[derive(Debug)]
pub(crate) struct Generation {
    pub(crate) base: Arc<BaseView>,
    /// On its way into the engine; nothing is added to it any more.
    pub(crate) frozen: Option<Arc<Layer>>,
    /// Where commits are added.
    pub(crate) active: Arc<Layer>,
}

impl Generation {
    pub(crate) fn new(base: BaseView, active: Arc<Layer>) -> Self {
        Self {
            base: Arc::new(base),
            frozen: None,
            active,
        }
    }

    /// The next one when the active layer is full: it is frozen, and `active` is a new one above it.
    pub(crate) fn freeze(&self, active: Arc<Layer>) -> Self {
        Self {
            base: Arc::clone(&self.base),
            frozen: Some(Arc::clone(&self.active)),
            active,
        }
    }

    /// The next one when the frozen layer is in the engine.
    pub(crate) fn checkpointed(&self, base: BaseView) -> Self {
        Self::new(base, Arc::clone(&self.active))
    }

    /// What of it is older than the active layer: all that is read of it once there is a next one.
    pub(crate) fn past(&self) -> Self {
        Self {
            base: Arc::clone(&self.base),
            frozen: self.frozen.clone(),
            active: Arc::default(),
        }
    }

    /// Memory used by the frozen layer.
    pub(crate) fn frozen_bytes(&self) -> usize {
        self.frozen.as_ref().map_or(0, |layer| layer.bytes())
    }

    /// What of it is in the engine.
    pub(crate) fn of_base(&self) -> Self {
        Self {
            base: Arc::clone(&self.base),
            frozen: None,
            active: Arc::default(),
        }
    }

    /// The layers that hold anything, newest first.
    pub(crate) fn layers(&self) -> impl Iterator<Item = &Layer> {
        [Some(&*self.active), self.frozen.as_deref()]
            .into_iter()
            .flatten()
            .filter(|layer| !layer.is_empty())
    }

    /// The commit it begins with: what is older is in the generations before it.
    pub(crate) fn checkpoint(&self) -> Timestamp {
        self.base.checkpoint
    }

    /// Whether a timestamp that is not before its checkpoint can be read.
    pub(crate) fn reads(&self, ts: Timestamp) -> bool {
        self.layers().all(|layer| layer.reads(ts))
    }

    /// From when on every timestamp can be read.
    pub(crate) fn oldest(&self) -> Timestamp {
        self.layers()
            .map(Layer::kept_from)
            .fold(self.checkpoint(), Timestamp::max)
    }
}
