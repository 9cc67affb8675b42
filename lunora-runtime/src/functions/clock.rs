//! Where functions get the time from.

use std::{
    fmt::Debug,
    time::{Duration, SystemTime},
};

use lunora_core::time::Time;

use super::BoxFuture;

/// A source of the time of day. Tests put their own in its place.
pub trait Clock: Debug + Send + Sync + 'static {
    /// Now.
    fn now(&self) -> Time;

    /// Resolves when it is `time` by this clock; at once if that has passed.
    fn wait_until(&self, time: Time) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            while self.now() < time {
                let left = time.since(self.now());
                tokio::time::sleep(left.clamp(SHORTEST_SLEEP, LONGEST_SLEEP)).await;
            }
        })
    }
}

/// The time of day can be set, and a machine can be put to sleep; timers notice neither. So whoever waits looks at the
/// clock this often.
const LONGEST_SLEEP: Duration = Duration::from_secs(10);
/// What timers can tell apart.
const SHORTEST_SLEEP: Duration = Duration::from_millis(1);

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Time {
        SystemTime::now().into()
    }
}

#[cfg(test)]
mod tests {
    use std::task::{Context, Waker};

    use super::*;
    use crate::testing::TestClock;

    fn block_on<T>(future: impl Future<Output = T>) -> T {
        let tokio = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap();
        tokio.block_on(future)
    }

    #[test]
    fn the_machines_clock_is_waited_for() {
        let time = SystemClock.now() + Duration::from_millis(20);
        block_on(SystemClock.wait_until(time));
        assert!(SystemClock.now() >= time);
        block_on(SystemClock.wait_until(time));
    }

    #[test]
    fn a_tests_clock_is_waited_for_until_the_test_moves_it() {
        let clock = TestClock::default();
        let time = clock.now() + Duration::from_mins(1);
        let mut waiting = clock.wait_until(time);
        let mut is_over = || {
            let mut nobody = Context::from_waker(Waker::noop());
            waiting.as_mut().poll(&mut nobody).is_ready()
        };
        assert!(!is_over());
        clock.advance(Duration::from_secs(59));
        assert!(!is_over());
        clock.advance(Duration::from_secs(1));
        assert!(is_over());
        block_on(clock.wait_until(time));
    }
}
