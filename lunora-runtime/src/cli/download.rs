//! What comes from a server in pieces: an export, and lines of its log.

use std::io::Write;

use super::{Failure, place::Remote};
#[cfg(feature = "fetch")]
use super::{block_on, progress};
#[cfg(feature = "fetch")]
use crate::functions::direct_client;

impl Remote {
    /// Writes what the server exports to `out`.
    #[cfg(feature = "fetch")]
    pub(super) fn download(&self, out: &mut impl Write) -> Result<(), Failure> {
        block_on(self.receive(out))
    }

    #[cfg(feature = "fetch")]
    async fn receive(&self, out: &mut impl Write) -> Result<(), Failure> {
        let mut response = self.post("/api/admin/export", None).await?;
        let mut received = progress::bytes();
        while let Some(piece) = response.chunk().await.map_err(|error| self.broken(error))? {
            out.write_all(&piece).map_err(Failure::unusable)?;
            received(piece.len());
        }
        Ok(())
    }

    /// Hands each line that the server sends to `line`, as it comes.
    #[cfg(feature = "fetch")]
    pub(super) fn lines(
        &self,
        path: &str,
        body: &str,
        line: impl FnMut(&str) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        block_on(self.receive_lines(path, body, line))
    }

    #[cfg(feature = "fetch")]
    async fn receive_lines(
        &self,
        path: &str,
        body: &str,
        mut line: impl FnMut(&str) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let mut response = self.post(path, Some(body)).await?;
        let mut text = Vec::new();
        while let Some(piece) = response.chunk().await.map_err(|error| self.broken(error))? {
            text.extend_from_slice(&piece);
            let Some(end) = text.iter().rposition(|byte| *byte == b'\n') else {
                continue;
            };
            let rest = text.split_off(end + 1);
            // An empty one says only that the server is there.
            let whole = String::from_utf8_lossy(&text);
            whole
                .lines()
                .filter(|text| !text.is_empty())
                .try_for_each(&mut line)?;
            text = rest;
        }
        Ok(())
    }

    /// Sends a request whose answer is read piece by piece.
    #[cfg(feature = "fetch")]
    async fn post(&self, path: &str, json: Option<&str>) -> Result<reqwest::Response, Failure> {
        let url = &self.url;
        let mut request = direct_client()
            .map_err(Failure::unusable)?
            .post(format!("{url}{path}"))
            .header("authorization", format!("Convex {}", self.key));
        if let Some(json) = json {
            request = request
                .header("content-type", "application/json")
                .body(json.to_owned());
        }
        let response = request.send().await.map_err(|error| self.broken(error))?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let text = response.text().await.map_err(|error| self.broken(error))?;
        Err(Failure::unusable(format!("{url} answered {status}: {text}")))
    }

    #[cfg(feature = "fetch")]
    fn broken(&self, error: reqwest::Error) -> Failure {
        let url = &self.url;
        Failure::unusable(format!(
            "the server at {url} broke off or does not answer: {error}"
        ))
    }

    #[cfg(not(feature = "fetch"))]
    pub(super) fn lines(
        &self,
        path: &str,
        _body: &str,
        _line: impl FnMut(&str) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        Err(Failure::unusable(format!(
            "this program was built without the feature `fetch` and cannot call {}{path}",
            self.url
        )))
    }

    #[cfg(not(feature = "fetch"))]
    pub(super) fn download(&self, _: &mut impl Write) -> Result<(), Failure> {
        Err(Failure::unusable(format!(
            "this program was built without the feature `fetch` and cannot call {}",
            self.url
        )))
    }
}
