//! Waiting for a transaction that says something under a name.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::Arc,
};

use parking_lot::Mutex;
use tokio::sync::Notify;

/// Who waits to hear of which name.
#[derive(Debug, Default)]
pub(super) struct Listeners(Arc<Mutex<HashMap<String, Arc<Notify>>>>);

/// Hears of what is said under a name, from its making on.
#[derive(Debug)]
pub(crate) struct Heard {
    name: String,
    notify: Arc<Notify>,
    listeners: Arc<Mutex<HashMap<String, Arc<Notify>>>>,
}

impl Listeners {
    pub(super) fn listen(&self, name: &str) -> Heard {
        let notify = Arc::clone(self.0.lock().entry(name.to_owned()).or_default());
        Heard {
            name: name.to_owned(),
            notify,
            listeners: Arc::clone(&self.0),
        }
    }

    pub(super) fn tell(&self, name: &str) {
        if let Some(notify) = self.0.lock().get(name) {
            notify.notify_one();
        }
    }
}

impl Heard {
    /// Resolves when something has been said since this was made, or has resolved before.
    pub(crate) async fn next(&self) {
        self.notify.notified().await;
    }
}

impl Drop for Heard {
    fn drop(&mut self) {
        if let Entry::Occupied(entry) = self.listeners.lock().entry(std::mem::take(&mut self.name)) {
            entry.remove();
        }
    }
}
