//! The handle that calls are made through.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use lunora_core::{
    arguments::Arguments,
    error::{Error, Result},
    reference::{Call, ClientMayCall, FunctionRef, IsAction, IsMutation, IsQuery, Kind, Output},
    value::Object,
};
use tokio::{
    runtime::Handle,
    sync::{mpsc, oneshot},
};

use crate::{
    auth::{Fetcher, TokenRequest},
    error::CallError,
    session::Reader,
    slot::Slot,
    url::socket_url,
    watch::{Watch, decode},
    worker::{Command, Worker},
};

/// A future that can be sent to another thread. Named, so that a mistake in a call is one error and not three.
pub type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// A connection to a server that comes back by itself. Clones share it; it ends with the last of them and of the
/// [`Watch`]es.
#[derive(Debug, Clone)]
pub struct Client {
    commands: mpsc::UnboundedSender<Command>,
    next_query: Arc<AtomicU32>,
}

impl Client {
    /// A client of the server at `url`, such as `https://chat.example.com` or `http://localhost:3210`.
    ///
    /// It connects in the background, and goes on trying while the server cannot be reached: calls wait.
    ///
    /// # Errors
    /// The address is not one, or this is not called on a tokio runtime.
    pub fn new(url: &str) -> Result<Self> {
        let url = socket_url(url)?;
        let runtime = Handle::try_current()?;
        let (commands, received) = mpsc::unbounded_channel();
        runtime.spawn(Worker::new(url, received).run());
        Ok(Self {
            commands,
            next_query: Arc::default(),
        })
    }

    /// Runs a public query once.
    pub fn query<F: FunctionRef<Kind: IsQuery, Visibility: ClientMayCall>>(
        &self,
        call: Call<F>,
    ) -> BoxFuture<Result<Output<F>>> {
        let query_id = self.next_query();
        self.ask::<F>(call, move |path, args, answer| Command::Watch {
            query_id,
            path,
            args,
            reader: Reader::Once(answer),
        })
    }

    /// Runs a public mutation, exactly once, however often the connection breaks. When it ends, watched queries have
    /// its effects.
    ///
    /// It runs for who is the user now, or not at all. If the user changes and the connection breaks before it is
    /// answered, it fails with [`CallError::UserChanged`]: it may have run, or not. If the user changes before it could be
    /// sent, it fails with [`CallError::NotSent`]. If the client gives up before it is answered, because no token is taken for
    /// example, it fails with [`CallError::Unanswered`] if it may have run.
    pub fn mutation<F: FunctionRef<Kind: IsMutation, Visibility: ClientMayCall>>(
        &self,
        call: Call<F>,
    ) -> BoxFuture<Result<Output<F>>> {
        self.ask::<F>(call, |path, args, answer| Command::Call {
            kind: Kind::Mutation,
            path,
            args,
            answer,
        })
    }

    /// Runs a public action, at most once: if the connection breaks meanwhile, it fails with [`CallError::Lost`]. If the
    /// user changes before it could be sent, it fails with [`CallError::NotSent`]. If the client gives up before it is
    /// answered, it fails with [`CallError::Unanswered`] if it may have run.
    pub fn action<F: FunctionRef<Kind: IsAction, Visibility: ClientMayCall>>(
        &self,
        call: Call<F>,
    ) -> BoxFuture<Result<Output<F>>> {
        self.ask::<F>(call, |path, args, answer| Command::Call {
            kind: Kind::Action,
            path,
            args,
            answer,
        })
    }

    /// Watches a public query.
    ///
    /// # Errors
    /// The arguments cannot be encoded. Failures of the query itself are items of the stream.
    pub fn watch<F: FunctionRef<Kind: IsQuery, Visibility: ClientMayCall>>(
        &self,
        call: Call<F>,
    ) -> Result<Watch<F>> {
        let (query_id, slot) = (self.next_query(), Slot::new());
        let command = Command::Watch {
            query_id,
            path: F::PATH,
            args: encode(call)?,
            reader: Reader::Watch(slot.clone()),
        };
        if self.commands.send(command).is_err() {
            slot.close();
        }
        Ok(Watch::new(query_id, slot, self.commands.clone()))
    }

    /// Calls for a user from now on. `fetch` is asked for a token now, before it ends, and when the server refuses it;
    /// `None` calls for nobody. Until it has answered, nothing is sent.
    ///
    /// Calls that were made before stay those of the user before: see [`mutation`](Self::mutation). Whether that is another one
    /// is told by the issuer and the subject in the tokens, and where those do not say, each `set_auth` is another user.
    ///
    /// If the last fetch has not answered yet and calls were made meanwhile, it still tells for whom. So nothing is sent before
    /// it has answered as well, or failed, or 5 seconds are over.
    pub fn set_auth<Fut>(&self, fetch: impl Fn(TokenRequest) -> Fut + Send + Sync + 'static)
    where
        Fut: Future<Output = Result<Option<String>>> + Send + 'static,
    {
        let _ = self.commands.send(Command::SetAuth(Fetcher::new(fetch)));
    }

    /// Calls for nobody from now on.
    pub fn clear_auth(&self) {
        let _ = self.commands.send(Command::ClearAuth);
    }

    fn next_query(&self) -> u32 {
        self.next_query.fetch_add(1, Ordering::Relaxed)
    }

    fn ask<F: FunctionRef>(
        &self,
        call: Call<F>,
        command: impl FnOnce(&'static str, Object, oneshot::Sender<crate::watch::Outcome>) -> Command
        + Send
        + 'static,
    ) -> BoxFuture<Result<Output<F>>> {
        let commands = self.commands.clone();
        Box::pin(async move {
            let (answer, outcome) = oneshot::channel();
            let stopped = || Error::from(CallError::Stopped);
            let command = command(F::PATH, encode(call)?, answer);
            commands.send(command).map_err(|_| stopped())?;
            decode::<F>(outcome.await.map_err(|_| stopped())?)
        })
    }
}

fn encode<F: FunctionRef>(call: Call<F>) -> Result<Object> {
    Ok(call
        .into_args()
        .encode(F::ARGS)
        .map_err(|error| error.in_field("args"))?)
}
