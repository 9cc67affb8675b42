//! Threads, which in a simulation go on one at a time.

use std::{io, time::Duration};

pub(crate) use std::thread::{Result, Thread, ThreadId, current};

use super::scheduler::{Me, Simulation, key_of};

#[derive(Debug, Default)]
pub(crate) struct Builder {
    name: String,
}

#[derive(Debug)]
pub(crate) struct JoinHandle<T>(Handle<T>);

enum Handle<T> {
    Real(std::thread::JoinHandle<T>),
    Simulated {
        simulation: Simulation,
        seat: usize,
        thread: Thread,
    },
}

impl Builder {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn name(mut self, name: String) -> Self {
        self.name = name;
        self
    }

    pub(crate) fn spawn(self, body: impl FnOnce() + Send + 'static) -> io::Result<JoinHandle<()>> {
        let handle = match Me::current() {
            None => Handle::Real(std::thread::Builder::new().name(self.name).spawn(body)?),
            Some(me) => {
                let simulation = me.simulation().clone();
                let (seat, thread) = simulation.spawn(&self.name, body)?;
                Handle::Simulated {
                    simulation,
                    seat,
                    thread,
                }
            }
        };
        Ok(JoinHandle(handle))
    }
}

impl JoinHandle<()> {
    pub(crate) fn thread(&self) -> &Thread {
        match &self.0 {
            Handle::Real(handle) => handle.thread(),
            Handle::Simulated { thread, .. } => thread,
        }
    }

    /// In a simulation that is over nobody waits for anybody.
    pub(crate) fn join(self) -> Result<()> {
        match self.0 {
            Handle::Real(handle) => handle.join(),
            Handle::Simulated { simulation, seat, .. } => {
                if let Some(me) = Me::current() {
                    while !simulation.is_over() && !simulation.has_ended(seat) {
                        me.wait(Some(key_of(seat)), None);
                    }
                }
                Ok(())
            }
        }
    }
}

impl<T> std::fmt::Debug for Handle<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Handle")
    }
}

pub(crate) fn sleep(duration: Duration) {
    match Me::current() {
        None => std::thread::sleep(duration),
        Some(me) => drop(me.wait(None, Some(me.simulation().now() + duration))),
    }
}
