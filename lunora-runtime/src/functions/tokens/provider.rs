//! The keys of an issuer on the network, as far as they are known here.
//!
//! Users wait for a provider only when they have to: before its first answer, for a key that is not known yet, and
//! when what is known is too old to be used at all. There is one fetch at a time, which goes on when those who wait
//! for it go away, and the time between two fetches is bounded from below whatever tokens arrive.

use std::{sync::Arc, time::Duration};

use lunora_core::time::Time;
use parking_lot::Mutex;
use tokio::sync::{Semaphore, watch};

use super::{
    download::{Address, DownloadError, Downloader},
    issuer::{InvalidIssuer, Issuer},
    jwk::{Key, KeySet, Wanted},
    limits::TokenLimits,
    refusal::{InvalidToken, cut},
};
use crate::functions::Clock;

/// Longest text of an error in the log, in bytes: a provider may send anything.
const MAX_LOGGED: usize = 1000;

/// A provider with what it has sent.
#[derive(Debug)]
pub(super) struct Provider {
    issuer: String,
    address: Address,
    downloader: Arc<Downloader>,
    clock: Arc<dyn Clock>,
    limits: TokenLimits,
    cache: Mutex<Cache>,
    waiting: Semaphore,
}

#[derive(Debug, Default)]
struct Cache {
    kept: Option<Kept>,
    last: Option<Fetch>,
}

/// Keys with the time from which on they may be out of date.
#[derive(Debug)]
struct Kept {
    keys: KeySet,
    since: Time,
}

/// The last fetch that was started.
#[derive(Debug)]
struct Fetch {
    started: Time,
    outcome: Outcome,
}

#[derive(Debug)]
enum Outcome {
    /// Closes when it is over.
    Running(watch::Receiver<()>),
    Succeeded,
    Failed,
}

/// What there is to do for a token.
enum Next {
    Use(Arc<Key>),
    WaitFor(watch::Receiver<()>),
}

impl Provider {
    pub(super) fn new(
        issuer: &Issuer,
        downloader: &Arc<Downloader>,
        clock: &Arc<dyn Clock>,
        limits: TokenLimits,
    ) -> Result<Arc<Self>, InvalidIssuer> {
        Ok(Arc::new(Self {
            issuer: issuer.name.clone(),
            address: Address::of(issuer)?,
            downloader: Arc::clone(downloader),
            clock: Arc::clone(clock),
            limits,
            cache: Mutex::default(),
            waiting: Semaphore::new(limits.waiting.min(Semaphore::MAX_PERMITS)),
        }))
    }

    /// The key that a token names. Fetches for it only if the token is worth that.
    pub(super) async fn find(
        self: &Arc<Self>,
        wanted: &Wanted<'_>,
        worth_fetching: bool,
    ) -> Result<Arc<Key>, InvalidToken> {
        let mut running = match self.next(wanted, worth_fetching)? {
            Next::Use(key) => return Ok(key),
            Next::WaitFor(running) => running,
        };
        let _place = self.waiting.try_acquire().map_err(|_| self.overloaded())?;
        // Nothing is ever sent: this is the end of the fetch.
        let _ = running.changed().await;
        let (now, cache) = (self.clock.now(), self.cache.lock());
        self.known(&cache, now, wanted)
            .unwrap_or_else(|| Err(self.missing(&cache)))
    }

    /// Starts a fetch, unless there has just been one.
    pub(super) fn warm_up(self: &Arc<Self>) {
        self.start_if_due(&mut self.cache.lock(), self.clock.now());
    }

    fn next(self: &Arc<Self>, wanted: &Wanted<'_>, worth_fetching: bool) -> Result<Next, InvalidToken> {
        let now = self.clock.now();
        let mut cache = self.cache.lock();
        if let Some(found) = self.known(&cache, now, wanted) {
            if cache.age(now) > Some(self.limits.fresh_for) {
                self.start_if_due(&mut cache, now);
            }
            return found.map(Next::Use);
        }
        if !worth_fetching {
            return Err(InvalidToken::UnknownKey);
        }
        self.start_if_due(&mut cache, now);
        match &cache.last {
            Some(Fetch {
                outcome: Outcome::Running(running),
                ..
            }) => Ok(Next::WaitFor(running.clone())),
            _ => Err(self.missing(&cache)),
        }
    }

    /// The key, or that there is one of that name which does not fit; nothing if keys that are not known here decide.
    fn known(&self, cache: &Cache, now: Time, wanted: &Wanted<'_>) -> Option<Result<Arc<Key>, InvalidToken>> {
        let kept = cache.kept.as_ref()?;
        let usable = cache.age(now) <= Some(self.limits.stale_for);
        let found = usable.then(|| kept.keys.find(wanted))?;
        (!matches!(found, Err(InvalidToken::UnknownKey))).then_some(found)
    }

    /// Why a key is not there although it was fetched for, or could not be.
    fn missing(&self, cache: &Cache) -> InvalidToken {
        match &cache.last {
            Some(Fetch {
                outcome: Outcome::Succeeded,
                ..
            }) => InvalidToken::UnknownKey,
            _ => InvalidToken::KeysUnavailable {
                retry_after: self.limits.retry_interval,
            },
        }
    }

    const fn overloaded(&self) -> InvalidToken {
        InvalidToken::Overloaded {
            retry_after: self.limits.retry_interval,
        }
    }

    fn start_if_due(self: &Arc<Self>, cache: &mut Cache, now: Time) {
        if !cache.is_due(now, &self.limits) {
            return;
        }
        let (done, running) = watch::channel(());
        cache.last = Some(Fetch {
            started: now,
            outcome: Outcome::Running(running),
        });
        let provider = Arc::clone(self);
        tokio::spawn(async move {
            let fetched = provider
                .downloader
                .keys(&provider.address, &provider.issuer)
                .await;
            provider.finish(now, fetched);
            drop(done);
        });
    }

    fn finish(&self, started: Time, fetched: Result<KeySet, DownloadError>) {
        let mut cache = self.cache.lock();
        let outcome = match fetched {
            Ok(keys) => {
                cache.kept = Some(Kept { keys, since: started });
                tracing::debug!(issuer = self.issuer, "keys fetched");
                Outcome::Succeeded
            }
            Err(error) => {
                let (known, error) = (cache.kept.is_some(), error.to_string());
                let error = cut(&error, MAX_LOGGED);
                tracing::warn!(
                    issuer = self.issuer,
                    known,
                    error,
                    "the keys of an issuer cannot be fetched"
                );
                Outcome::Failed
            }
        };
        cache.last = Some(Fetch { started, outcome });
    }
}

impl Cache {
    fn age(&self, now: Time) -> Option<Duration> {
        self.kept.as_ref().map(|kept| elapsed(now, kept.since))
    }

    /// Whether it is time for a fetch, and none is under way.
    fn is_due(&self, now: Time, limits: &TokenLimits) -> bool {
        let Some(Fetch { started, outcome }) = &self.last else {
            return true;
        };
        let interval = match outcome {
            // Its task was lost; it ends with this.
            Outcome::Running(running) if running.has_changed().is_err() => limits.retry_interval,
            Outcome::Running(_) => return false,
            Outcome::Succeeded => limits.refetch_interval,
            Outcome::Failed => limits.retry_interval,
        };
        elapsed(now, *started) >= interval
    }
}

/// Time since `start`. A clock that was set back makes everything old rather than new for ever.
fn elapsed(now: Time, start: Time) -> Duration {
    if now < start {
        Duration::MAX
    } else {
        now.since(start)
    }
}
