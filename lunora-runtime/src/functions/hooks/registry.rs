//! The hooks of an application.

use std::{collections::HashMap, sync::Arc};

use super::{Event, full_disk::FullDisk};
use crate::functions::function::Function;

/// Kind of the origin of all jobs that are hooks.
pub(crate) const HOOK: &str = "hook";

/// The hooks of an application, by event and in the order of its list.
#[derive(Debug, Default)]
pub(crate) struct Hooks {
    /// Gates first: whoever is refused has met nobody else.
    pub(crate) connect: Vec<&'static str>,
    /// How many of them are gates.
    pub(crate) gates: usize,
    pub(crate) disconnect: Vec<&'static str>,
    pub(crate) start: Vec<&'static str>,
    /// What is said of connections waits here.
    pub(crate) disk: FullDisk,
    functions: HashMap<&'static str, Arc<Function>>,
}

impl Hooks {
    pub(in crate::functions) fn new(hooks: Vec<(Event, Arc<Function>)>) -> Self {
        let mut all = Self::default();
        for (event, function) in hooks {
            let path = function.path;
            match event {
                Event::Connect { gate: true } => {
                    all.connect.insert(all.gates, path);
                    all.gates += 1;
                }
                Event::Connect { gate: false } => all.connect.push(path),
                Event::Disconnect => all.disconnect.push(path),
                Event::Start => all.start.push(path),
            }
            all.functions.insert(path, function);
        }
        all
    }

    /// Whether connections are to be kept account of.
    pub(crate) fn want_connections(&self) -> bool {
        !self.connect.is_empty() || !self.disconnect.is_empty()
    }

    pub(in crate::functions) fn find(&self, path: &str) -> Option<&Arc<Function>> {
        self.functions.get(path)
    }

    /// The wire name of a hook's argument.
    pub(crate) fn argument(&self, path: &str) -> Option<&'static str> {
        self.find(path)?.args.first().map(|argument| argument.name)
    }
}
