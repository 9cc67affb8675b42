//! A connection that is open in this process.

use std::sync::Arc;

use lunora_core::{
    error::{Error, Result},
    identity::Identity,
};
use tokio::{sync::watch, task::JoinHandle};

use super::chain::{Chain, load, put};
use crate::functions::{Heard, Runtime, Stage, StoredConnection, kept};

/// Who has connected.
#[derive(Debug, Clone, Default)]
pub(crate) struct Arrival {
    pub(crate) session_id: String,
    pub(crate) identity: Option<Identity>,
    pub(crate) address: Option<String>,
    pub(crate) user_agent: Option<String>,
}

/// A connection that hooks are told of. When this is dropped, it is gone.
#[derive(Debug)]
pub(crate) struct Presence {
    runtime: Runtime,
    id: String,
    heard: Heard,
    identity: watch::Sender<Option<Arc<Identity>>>,
    task: JoinHandle<()>,
}

/// A gate has refused the connection; or it could not be asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("the connection is refused: {0}")]
    Refused(String),
    #[error("{0}")]
    Failed(Error),
}

/// The row of a connection is not there any more.
#[derive(Debug, thiserror::Error)]
#[error("the connection was taken leave of before it was let in")]
struct Ended;

/// A gate has ended without a word for the client.
#[derive(Debug, thiserror::Error)]
#[error("a gate has failed or was canceled; its job says why")]
struct GateFailed;

impl Runtime {
    /// Whether connections are to be announced.
    pub(crate) fn wants_connections(&self) -> bool {
        self.hooks().want_connections()
    }
}

impl Presence {
    /// Writes down that somebody has connected, and lets the hooks for that run.
    pub(crate) async fn begin(runtime: Runtime, arrival: Arrival) -> Result<Self> {
        let row = StoredConnection {
            holder: runtime.holder().to_owned(),
            session_id: arrival.session_id,
            identity: arrival.identity.as_ref().map(kept),
            address: arrival.address,
            user_agent: arrival.user_agent,
            connected_at: runtime.now().as_millis(),
            stage: Stage::Waiting,
            at: 0,
            met: 0,
            gone: false,
            refusal: None,
        };
        let (identity, latest) = watch::channel(None);
        let (reply, began) = tokio::sync::oneshot::channel();
        // A task of its own: a connection that is gone before this is written is still taken leave of.
        let task = tokio::spawn(attend(runtime.clone(), row, latest, reply));
        let (id, heard) = began.await??;
        Ok(Self {
            runtime,
            id,
            heard,
            identity,
            task,
        })
    }

    /// Resolves when all gates have let it in.
    pub(crate) async fn admitted(&self) -> Result<(), Refusal> {
        if self.runtime.hooks().gates == 0 {
            return Ok(());
        }
        loop {
            let row = self.look().await.map_err(Refusal::Failed)?;
            let row = row.ok_or_else(|| Refusal::Failed(Error::from(Ended)))?;
            match row.stage {
                Stage::Waiting => self.heard.next().await,
                Stage::Admitted | Stage::Connected => return Ok(()),
                Stage::Refused | Stage::Leaving => {
                    let failed = || Refusal::Failed(Error::from(GateFailed));
                    return Err(row.refusal.map_or_else(failed, Refusal::Refused));
                }
            }
        }
    }

    async fn look(&self) -> Result<Option<StoredConnection>> {
        let (runtime, id) = (self.runtime.clone(), self.id.clone());
        blocking(move || runtime.with_jobs(|desk| load(desk, &id)).map(|(row, _)| row)).await
    }

    /// The user is another one.
    pub(crate) fn identify(&self, identity: Option<Arc<Identity>>) {
        self.identity.send_replace(identity);
    }

    /// Resolves when it is written down that the connection is gone.
    pub(crate) async fn leave(self) {
        let Self { identity, task, .. } = self;
        drop(identity);
        // It panics nowhere; if it did, the next start takes leave.
        let _ = task.await;
    }
}

/// Keeps the row of a connection up to date until the connection is gone.
async fn attend(
    runtime: Runtime,
    row: StoredConnection,
    mut latest: watch::Receiver<Option<Arc<Identity>>>,
    reply: tokio::sync::oneshot::Sender<Result<(String, Heard)>>,
) {
    let chain = runtime.clone();
    let came = blocking(move || {
        let chain = Chain(chain);
        let (id, _) = chain.0.with_jobs(|desk| chain.come(desk, row.clone()))?;
        // What is said before is not missed: the row is looked at after this.
        let heard = chain.0.listen(&id);
        Ok((id, heard))
    });
    let (id, heard) = match came.await {
        Ok(came) => came,
        Err(error) => {
            let _ = reply.send(Err(error));
            return;
        }
    };
    let _ = reply.send(Ok((id.clone(), heard)));
    while latest.changed().await.is_ok() {
        let identity = latest.borrow_and_update().clone();
        write(&runtime, &id, "the user of a connection", move |_, desk, id| {
            let Some(mut row) = load(desk, id)? else {
                return Ok(());
            };
            row.identity = identity.as_deref().map(kept);
            put(desk, id, &row)
        })
        .await;
    }
    write(&runtime, &id, "the end of a connection", |chain, desk, id| {
        chain.go(desk, id)
    })
    .await;
}

async fn write(
    runtime: &Runtime,
    id: &str,
    what: &'static str,
    work: impl Fn(&Chain, &crate::functions::Desk<'_>, &str) -> Result<()> + Send + 'static,
) {
    let (chain, owned) = (Chain(runtime.clone()), id.to_owned());
    let written = blocking(move || chain.0.with_jobs(|desk| work(&chain, desk, &owned)).map(drop)).await;
    if let Err(error) = written {
        // The next start takes leave of it.
        tracing::warn!(connection = id, %error, "{what} could not be written");
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await?
}
