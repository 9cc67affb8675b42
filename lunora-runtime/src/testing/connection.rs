//! Connections of a test, for hooks.

use std::time::Duration;

use lunora_core::error::{Error, Result};

use super::TestApp;
use crate::triggers::{Arrival, Presence, Refusal};

/// A connection that hooks are told of. When it is dropped, it is gone, as one whose network fails.
#[derive(Debug)]
pub struct TestConnection {
    app: TestApp,
    presence: Presence,
}

impl TestApp {
    /// Connects as a client does, for the same user, and runs the hooks for that. An error is the refusal of a gate.
    pub async fn connect(&self) -> Result<TestConnection> {
        self.advance(Duration::ZERO).await?;
        let session_id = "00000000-0000-4000-8000-000000000000".to_owned();
        let arrival = Arrival {
            identity: self.identity().cloned(),
            address: Some("127.0.0.1".to_owned()),
            user_agent: Some("lunora-test".to_owned()),
        };
        let presence = Presence::begin(self.runtime().clone(), arrival, session_id, ()).await?;
        self.advance(Duration::ZERO).await?;
        presence.admitted().await.map_err(|refusal| match refusal {
            Refusal::Refused(why) => Error::internal(format!("the connection is refused: {why}")),
            Refusal::Failed(error) => error,
        })?;
        Ok(TestConnection {
            app: self.clone(),
            presence,
        })
    }
}

impl TestConnection {
    /// Disconnects, and runs the hooks for that.
    pub async fn disconnect(self) -> Result<()> {
        self.presence.leave().await;
        self.app.advance(Duration::ZERO).await
    }
}
