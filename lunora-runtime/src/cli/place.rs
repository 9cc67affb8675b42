//! Where a command does its work: on the data, or on the server that holds it.

use std::{io, sync::Arc};

use serde_json::Value as Json;

use super::{
    Failure,
    args::{Data, Target},
    data_dir::DataDir,
};
#[cfg(feature = "fetch")]
use crate::functions::http_client;
use crate::{memory::MemoryBudget, store::Store};

/// A store that this process has opened, or a server.
pub(super) enum Place {
    Here(Arc<dyn Store>, MemoryBudget),
    There(Remote),
}

/// A server, and the key for it.
#[derive(Debug)]
pub(super) struct Remote {
    pub(super) url: String,
    #[cfg_attr(not(feature = "fetch"), expect(dead_code, reason = "nobody is asked"))]
    pub(super) key: String,
}

/// What a server answered.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) body: Vec<u8>,
}

impl Place {
    pub(super) fn of(target: &Target) -> Result<Self, Failure> {
        match target {
            Target::Data(data) => Self::of_data(data),
            Target::Server { url, admin_key } => Ok(Self::There(Remote {
                url: url.trim_end_matches('/').to_owned(),
                key: admin_key.clone(),
            })),
        }
    }

    fn of_data(data: &Data) -> Result<Self, Failure> {
        let directory = DataDir::new(&data.path);
        if !directory.exists() {
            return Err(Failure::unusable(format!(
                "there is no data in {}; `serve` makes it, or name another with --data",
                data.path.display()
            )));
        }
        Ok(match directory.open(data.memory)? {
            Some(store) => Self::Here(store, data.memory),
            None => Self::There(Remote::holding(&directory)?),
        })
    }
}

impl Remote {
    /// The server that a command is for which only a server can carry out. Where there is none, `idle` says what that
    /// means for it.
    pub(super) fn of(target: &Target, idle: &str) -> Result<Self, Failure> {
        match Place::of(target)? {
            Place::There(server) => Ok(server),
            Place::Here(..) => Err(Failure::unusable(format!(
                "no server runs on this data, so {idle}; start it with `serve`, or name another with --url"
            ))),
        }
    }

    /// Asks one of the routes for administrators; what the server did not do, and why, is a failure.
    pub(super) async fn told(&self, path: &str, body: Option<Json>) -> Result<Json, Failure> {
        let reply = self.ask(path, body.map(|body| body.to_string())).await?;
        let answer: Option<Json> = serde_json::from_slice(&reply.body).ok();
        match (reply.status, answer) {
            (200, Some(answer)) => Ok(answer),
            (400 | 404 | 409, Some(Json::Object(problem))) => Err(Failure::failed(
                problem.get("message").and_then(Json::as_str).unwrap_or_default(),
            )),
            // The key is none, or not one for this: nothing was tried.
            _ => Err(self.strange(&reply)),
        }
    }

    /// The server that holds a directory.
    fn holding(directory: &DataDir<'_>) -> Result<Self, Failure> {
        let missing = |file: &str, error: io::Error| {
            Failure::unusable(format!(
                "another process holds the data, and its {file} cannot be read: {error}"
            ))
        };
        Ok(Self {
            url: directory
                .read_address()
                .map_err(|error| missing("address", error))?,
            key: directory
                .read_admin_key()
                .map_err(|error| missing("admin key", error))?,
        })
    }

    /// Asks the server: a POST of JSON, or a GET.
    #[cfg(feature = "fetch")]
    pub(super) async fn ask(&self, path: &str, json: Option<String>) -> Result<Reply, Failure> {
        let (client, address) = (http_client(), format!("{}{path}", self.url));
        let request = match json {
            Some(json) => client
                .post(address)
                .header("content-type", "application/json")
                .body(json),
            None => client.get(address),
        };
        let request = request.header("authorization", format!("Convex {}", self.key));
        let unreachable = |error: reqwest::Error| {
            Failure::unusable(format!("the server at {} does not answer: {error}", self.url))
        };
        let response = request.send().await.map_err(unreachable)?;
        Ok(Reply {
            status: response.status().as_u16(),
            body: response.bytes().await.map_err(unreachable)?.into(),
        })
    }

    #[cfg(not(feature = "fetch"))]
    #[expect(clippy::unused_async, reason = "with an HTTP client it waits")]
    pub(super) async fn ask(&self, path: &str, _json: Option<String>) -> Result<Reply, Failure> {
        Err(Failure::unusable(format!(
            "this program was built without the feature `fetch` and cannot call {}{path}",
            self.url
        )))
    }

    /// An answer that is neither what was asked for nor an error that is understood.
    pub(super) fn strange(&self, reply: &Reply) -> Failure {
        let (status, body) = (reply.status, String::from_utf8_lossy(&reply.body));
        Failure::unusable(format!("{} answered {status}: {body}", self.url))
    }
}
