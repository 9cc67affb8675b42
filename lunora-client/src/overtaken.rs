//! Fetches of tokens that others have overtaken.
//!
//! Nothing is presented of them any more, but they still tell whom calls were made for meanwhile: often it is the same user,
//! who was logged in twice.

use std::time::Duration;

use tokio::{task::JoinSet, time::timeout};

use crate::{
    auth::{Fetched, Fetching},
    session::Era,
};

/// How long one is waited for. What is overtaken may be what never ends, and meanwhile nothing is said.
const PATIENCE: Duration = Duration::from_secs(5);

/// They go on by themselves, also while there is no connection.
#[derive(Debug, Default)]
pub(crate) struct Overtaken(JoinSet<Option<(Era, Option<String>)>>);

impl Overtaken {
    /// A fetch that was to bring the token of an era.
    pub(crate) fn add(&mut self, era: Era, fetching: Fetching) {
        self.add_for(PATIENCE, era, fetching);
    }

    fn add_for(&mut self, patience: Duration, era: Era, fetching: Fetching) {
        self.0.spawn(async move {
            let fetched: Fetched = timeout(patience, fetching).await.ok()?;
            Some((era, fetched.ok()?))
        });
    }

    /// The next token that has come, or `None` when there is no more to be learned.
    pub(crate) async fn next(&mut self) -> Option<(Era, Option<String>)> {
        loop {
            // One that has failed, takes too long or panics tells nothing, and another one may.
            if let Ok(Some(told)) = self.0.join_next().await? {
                return Some(told);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use lunora_core::error::Error;

    use super::*;

    #[tokio::test]
    async fn those_that_come_are_told_and_the_others_hold_nobody_up() {
        let mut overtaken = Overtaken::default();
        let era = Era::default();
        let token = || Some("token".to_owned());
        overtaken.add_for(Duration::ZERO, era, Box::pin(pending()));
        overtaken.add(era, Box::pin(ready(Err(Error::not_found("a token")))));
        overtaken.add(era, Box::pin(async { panic!("a mistake in the application") }));
        overtaken.add(era, Box::pin(ready(Ok(token()))));
        overtaken.add(era, Box::pin(ready(Ok(None))));
        let mut told = vec![overtaken.next().await, overtaken.next().await];
        told.sort_by_key(|told| told.as_ref().is_some_and(|(_, token)| token.is_some()));
        assert_eq!(told, [Some((era, None)), Some((era, token()))]);
        assert_eq!(overtaken.next().await, None);
        assert_eq!(overtaken.next().await, None, "and so it stays");
    }
}
