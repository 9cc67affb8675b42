//! A connection that is open in this process.

use std::{sync::Arc, time::Duration};

use lunora_core::{
    error::{Error, Result},
    identity::Identity,
};
use tokio::{
    sync::{oneshot, watch},
    time::sleep,
};

use super::chain::{Chain, load, put};
use crate::functions::{Desk, Heard, Runtime, Stage, StoredConnection, is_disk_full, kept};

/// Largest user that is kept with a connection, as JSON, in bytes: hooks get it as an argument.
const MAX_IDENTITY: usize = 64 << 10;
/// How long somebody waits until it is written that a connection is gone. On a full disk that may take longer.
const LEAVE: Duration = Duration::from_secs(5);

/// Who asks for a connection.
#[derive(Debug, Clone)]
pub(crate) struct Arrival {
    pub(crate) identity: Option<Arc<Identity>>,
    pub(crate) address: Option<String>,
    pub(crate) user_agent: Option<String>,
}

/// A connection that hooks are told of. When this is dropped, it is gone.
#[derive(Debug)]
pub(crate) struct Presence {
    runtime: Runtime,
    /// Where the word of the gates is found, if there are any.
    gates: Option<Row>,
    identity: watch::Sender<Option<Arc<Identity>>>,
    /// Hears when it is written down that it is gone.
    gone: oneshot::Receiver<()>,
}

/// Where a connection is written down, and what is said of it.
#[derive(Debug, Clone)]
struct Row {
    id: String,
    heard: Arc<Heard>,
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
#[error("a gate has failed or was canceled; the log says why")]
struct GateFailed;

impl Runtime {
    /// Whether connections are to be announced.
    pub(crate) fn wants_connections(&self) -> bool {
        self.hooks().want_connections()
    }
}

impl Presence {
    /// Writes down that somebody has connected, and lets the hooks for that run. On a full disk that is done later, as long
    /// as somebody is there, unless gates are to be asked. `held` is dropped when the last hook for the connection is over.
    pub(crate) async fn begin(
        runtime: Runtime,
        arrival: Arrival,
        session_id: String,
        held: impl Send + 'static,
    ) -> Result<Self> {
        let row = StoredConnection {
            holder: runtime.holder().to_owned(),
            session_id,
            identity: arrival.identity.as_deref().and_then(kept_with_connection),
            address: arrival.address,
            user_agent: arrival.user_agent,
            connected_at: runtime.now().as_millis(),
            stage: Stage::Waiting,
            at: 0,
            met: 0,
            again: 0,
            gone: false,
            refusal: None,
        };
        let (identity, latest) = watch::channel(arrival.identity);
        let (reply, began) = oneshot::channel();
        let (goes, gone) = oneshot::channel();
        // A task of its own: a connection that is gone before this is written is still taken leave of.
        let (attended, attending) = (attend(runtime.clone(), row, latest, reply), runtime.clone());
        tokio::spawn(async move {
            let Some(row) = attended.await else { return };
            // Whoever waits for this may have given up.
            let _ = goes.send(());
            until_forgotten(attending, row).await;
            drop(held);
        });
        let gates = began.await??;
        Ok(Self {
            runtime,
            gates,
            identity,
            gone,
        })
    }

    /// Resolves when all gates have let it in.
    pub(crate) async fn admitted(&self) -> Result<(), Refusal> {
        let Some(Row { id, heard }) = &self.gates else {
            return Ok(());
        };
        loop {
            let row = self.look(id).await.map_err(Refusal::Failed)?;
            let row = row.ok_or_else(|| Refusal::Failed(Error::from(Ended)))?;
            match row.stage {
                Stage::Waiting => heard.next().await,
                Stage::Admitted | Stage::Connected => return Ok(()),
                Stage::Refused | Stage::Leaving => {
                    let failed = || Refusal::Failed(Error::from(GateFailed));
                    return Err(row.refusal.map_or_else(failed, Refusal::Refused));
                }
            }
        }
    }

    async fn look(&self, id: &str) -> Result<Option<StoredConnection>> {
        let (runtime, id) = (self.runtime.clone(), id.to_owned());
        blocking(move || runtime.with_jobs(|desk| load(desk, &id)).map(|(row, _)| row)).await
    }

    /// The user is another one.
    pub(crate) fn identify(&self, identity: Option<Arc<Identity>>) {
        // Clients present themselves again and again, and each change is a commit.
        self.identity.send_if_modified(|known| {
            let is_new = *known != identity;
            if is_new {
                *known = identity;
            }
            is_new
        });
    }

    /// Resolves when it is written down that the connection is gone, or that takes long.
    pub(crate) async fn leave(self) {
        let Self { identity, gone, .. } = self;
        drop(identity);
        // If it is never written, the next start takes leave.
        let _ = tokio::time::timeout(LEAVE, gone).await;
    }
}

/// Keeps the row of a connection up to date until it is written that the connection is gone. Returns the row; none if there
/// never was one.
async fn attend(
    runtime: Runtime,
    arrived: StoredConnection,
    mut latest: watch::Receiver<Option<Arc<Identity>>>,
    reply: oneshot::Sender<Result<Option<Row>>>,
) -> Option<Row> {
    let has_gates = runtime.hooks().gates > 0;
    let row = match announce(&runtime, &arrived).await {
        Ok(row) => {
            let _ = reply.send(Ok(has_gates.then(|| row.clone())));
            row
        }
        Err(error) if is_disk_full(&error) && !has_gates => {
            runtime.hooks().disk.has_refused(&error);
            let _ = reply.send(Ok(None));
            announce_later(&runtime, arrived, &mut latest).await?
        }
        Err(error) => {
            let _ = reply.send(Err(error));
            return None;
        }
    };
    while latest.changed().await.is_ok() {
        write_down(&runtime, &row.id, "the user of a connection", || {
            update(&mut latest)
        })
        .await;
    }
    let go = |chain: &Chain, desk: &Desk<'_>, id: &str| chain.go(desk, id);
    write_down(&runtime, &row.id, "the end of a connection", || go).await;
    Some(row)
}

/// Writes down that somebody has connected.
async fn announce(runtime: &Runtime, arrived: &StoredConnection) -> Result<Row> {
    let (runtime, arrived) = (runtime.clone(), arrived.clone());
    blocking(move || {
        let chain = Chain::of(&runtime);
        let (id, _) = runtime.with_jobs(|desk| chain.come(desk, arrived.clone()))?;
        // What is said before is not missed: the row is looked at after this.
        let heard = Arc::new(runtime.listen(&id));
        Ok(Row { id, heard })
    })
    .await
}

/// The same as soon as there is room on the disk. If the client is gone by then, no hook has heard of it, and none will.
async fn announce_later(
    runtime: &Runtime,
    mut arrived: StoredConnection,
    latest: &mut watch::Receiver<Option<Arc<Identity>>>,
) -> Option<Row> {
    let disk = &runtime.hooks().disk;
    let mut turn = while_it_is_there(latest, disk.turn()).await?;
    loop {
        while_it_is_there(latest, sleep(turn.wait())).await?;
        arrived.identity = latest
            .borrow_and_update()
            .as_deref()
            .and_then(kept_with_connection);
        match announce(runtime, &arrived).await {
            Ok(row) => {
                disk.has_room();
                return Some(row);
            }
            Err(error) if is_disk_full(&error) => disk.has_refused(&error),
            Err(error) => {
                tracing::error!(%error, "hooks are not told of a connection");
                return None;
            }
        }
    }
}

/// Waits for `work`, or until the client is gone; none then.
async fn while_it_is_there<T>(
    latest: &mut watch::Receiver<Option<Arc<Identity>>>,
    work: impl Future<Output = T>,
) -> Option<T> {
    tokio::select! {
        biased;
        _ = latest.wait_for(|_| false) => None,
        done = work => Some(done),
    }
}

/// Waits until everybody has taken leave of the connection, or the store has ended.
async fn until_forgotten(runtime: Runtime, row: Row) {
    loop {
        let (looked, about) = (runtime.clone(), row.id.clone());
        let found = blocking(move || looked.with_jobs(|desk| load(desk, &about)));
        match found.await {
            Ok((Some(_), _)) => row.heard.next().await,
            _ => return,
        }
    }
}

/// Writes down who the user is by now.
fn update(
    latest: &mut watch::Receiver<Option<Arc<Identity>>>,
) -> impl Fn(&Chain, &Desk<'_>, &str) -> Result<()> + Send + 'static + use<> {
    let identity = latest.borrow_and_update().clone();
    move |_, desk, id| {
        let Some(mut row) = load(desk, id)? else {
            return Ok(());
        };
        row.identity = identity.as_deref().and_then(kept_with_connection);
        put(desk, id, &row)
    }
}

/// What is kept of a user with a connection.
fn kept_with_connection(user: &Identity) -> Option<String> {
    let text = kept(user);
    if text.len() <= MAX_IDENTITY {
        return Some(text);
    }
    tracing::warn!(
        bytes = text.len(),
        limit = MAX_IDENTITY,
        "hooks are not told of a user: the attributes are too large"
    );
    None
}

/// Writes something about a connection; on a full disk, as soon as there is room.
async fn write_down<W>(runtime: &Runtime, id: &str, what: &'static str, mut work: impl FnMut() -> W)
where
    W: Fn(&Chain, &Desk<'_>, &str) -> Result<()> + Send + 'static,
{
    if !is_refused(runtime, id, what, work()).await {
        return;
    }
    let mut turn = runtime.hooks().disk.turn().await;
    loop {
        sleep(turn.wait()).await;
        if !is_refused(runtime, id, what, work()).await {
            return;
        }
    }
}

/// Writes something about a connection. True if the disk is full, so that it has to be written later.
async fn is_refused(
    runtime: &Runtime,
    id: &str,
    what: &'static str,
    work: impl Fn(&Chain, &Desk<'_>, &str) -> Result<()> + Send + 'static,
) -> bool {
    let (owned_runtime, owned) = (runtime.clone(), id.to_owned());
    let written = blocking(move || {
        let chain = Chain::of(&owned_runtime);
        owned_runtime
            .with_jobs(|desk| work(&chain, desk, &owned))
            .map(drop)
    });
    let disk = &runtime.hooks().disk;
    match written.await {
        Ok(()) => disk.has_room(),
        Err(error) if is_disk_full(&error) => {
            disk.has_refused(&error);
            return true;
        }
        // The next start takes leave.
        Err(error) => tracing::warn!(connection = id, %error, "{what} could not be written"),
    }
    false
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await?
}
