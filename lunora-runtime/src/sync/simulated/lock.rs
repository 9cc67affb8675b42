//! Locks whose order of holders is the scheduler's.

use std::{
    fmt,
    ops::{Deref, DerefMut},
};

use parking_lot::WaitTimeoutResult;

use super::{
    scheduler::{Me, Woken},
    time::Instant,
};

#[derive(Default)]
pub(crate) struct Mutex<T>(parking_lot::Mutex<T>);

pub(crate) struct MutexGuard<'a, T> {
    mutex: &'a Mutex<T>,
    /// None only while it is given up for a while.
    inner: Option<parking_lot::MutexGuard<'a, T>>,
}

/// Takes a lock; between two attempts others go on.
fn acquire<G>(address: usize, attempt: impl Fn() -> Option<G>, insist: impl Fn() -> G) -> G {
    let Some(me) = Me::current() else { return insist() };
    let mut goes_on = me.pause();
    while goes_on {
        if let Some(guard) = attempt() {
            return guard;
        }
        goes_on = me.wait(Some(address), None) != Woken::Over;
    }
    insist()
}

fn released(address: usize) {
    if let Some(me) = Me::current() {
        me.notify(address, usize::MAX);
    }
}

impl<T> Mutex<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self(parking_lot::Mutex::new(value))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        let inner = acquire(self.address(), || self.0.try_lock(), || self.0.lock());
        MutexGuard {
            mutex: self,
            inner: Some(inner),
        }
    }

    fn address(&self) -> usize {
        std::ptr::from_ref(&self.0).cast::<()>() as usize
    }
}

impl<T> MutexGuard<'_, T> {
    fn give_up(&mut self) {
        self.inner = None;
        released(self.mutex.address());
    }

    fn take_back(&mut self) {
        self.inner = self.mutex.lock().inner.take();
    }

    pub(crate) fn unlocked<U>(this: &mut Self, work: impl FnOnce() -> U) -> U {
        this.give_up();
        let done = work();
        this.take_back();
        done
    }
}

impl<T> Drop for MutexGuard<'_, T> {
    fn drop(&mut self) {
        if self.inner.is_some() {
            self.give_up();
        }
    }
}

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.inner.as_ref().expect("it is held while it can be seen")
    }
}

impl<T> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.inner.as_mut().expect("it is held while it can be seen")
    }
}

#[derive(Debug, Default)]
pub(crate) struct Condvar(parking_lot::Condvar);

/// Whether a wait ended because of its deadline.
pub(crate) struct Waited(bool);

impl Waited {
    pub(crate) const fn timed_out(&self) -> bool {
        self.0
    }
}

impl From<WaitTimeoutResult> for Waited {
    fn from(result: WaitTimeoutResult) -> Self {
        Self(result.timed_out())
    }
}

impl Condvar {
    pub(crate) const fn new() -> Self {
        Self(parking_lot::Condvar::new())
    }

    pub(crate) fn wait<T>(&self, guard: &mut MutexGuard<'_, T>) {
        self.wait_for_baton(guard, None, |inner| {
            self.0.wait(inner);
            Waited(false)
        });
    }

    pub(crate) fn wait_until<T>(&self, guard: &mut MutexGuard<'_, T>, deadline: Instant) -> Waited {
        self.wait_for_baton(guard, Some(deadline), |inner| {
            self.0.wait_until(inner, deadline.0).into()
        })
    }

    pub(crate) fn wait_for<T>(&self, guard: &mut MutexGuard<'_, T>, limit: std::time::Duration) -> Waited {
        self.wait_until(guard, Instant::now() + limit)
    }

    pub(crate) fn notify_one(&self) {
        match Me::current() {
            Some(me) => me.notify(self.address(), 1),
            None => drop(self.0.notify_one()),
        }
    }

    pub(crate) fn notify_all(&self) {
        match Me::current() {
            Some(me) => me.notify(self.address(), usize::MAX),
            None => drop(self.0.notify_all()),
        }
    }

    fn wait_for_baton<T>(
        &self,
        guard: &mut MutexGuard<'_, T>,
        deadline: Option<Instant>,
        really: impl FnOnce(&mut parking_lot::MutexGuard<'_, T>) -> Waited,
    ) -> Waited {
        let Some(me) = Me::current() else {
            return really(guard.inner.as_mut().expect("it is held while it can be seen"));
        };
        guard.give_up();
        let woken = me.wait(Some(self.address()), deadline.map(Instant::since_first));
        guard.take_back();
        Waited(woken == Woken::TimedOut)
    }

    fn address(&self) -> usize {
        std::ptr::from_ref(&self.0) as usize
    }
}

#[derive(Default)]
pub(crate) struct RwLock<T>(parking_lot::RwLock<T>);

/// Either guard of an [`RwLock`].
pub(crate) struct Held<G> {
    inner: Option<G>,
    address: usize,
}

impl<T> RwLock<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self(parking_lot::RwLock::new(value))
    }

    pub(crate) fn read(&self) -> Held<parking_lot::RwLockReadGuard<'_, T>> {
        let address = self.address();
        let inner = Some(acquire(address, || self.0.try_read(), || self.0.read()));
        Held { inner, address }
    }

    pub(crate) fn write(&self) -> Held<parking_lot::RwLockWriteGuard<'_, T>> {
        let address = self.address();
        let inner = Some(acquire(address, || self.0.try_write(), || self.0.write()));
        Held { inner, address }
    }

    fn address(&self) -> usize {
        std::ptr::from_ref(&self.0).cast::<()>() as usize
    }
}

impl<G> Drop for Held<G> {
    fn drop(&mut self) {
        self.inner = None;
        released(self.address);
    }
}

impl<G: Deref> Deref for Held<G> {
    type Target = G::Target;

    fn deref(&self) -> &G::Target {
        self.inner.as_ref().expect("it is held until it is dropped")
    }
}

impl<G: DerefMut> DerefMut for Held<G> {
    fn deref_mut(&mut self) -> &mut G::Target {
        self.inner.as_mut().expect("it is held until it is dropped")
    }
}

impl<T: fmt::Debug> fmt::Debug for Mutex<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<T: fmt::Debug> fmt::Debug for RwLock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
