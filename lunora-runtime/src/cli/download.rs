//! An export from a server.

use std::io::Write;

#[cfg(feature = "fetch")]
use super::progress;
use super::{Failure, place::Remote};
#[cfg(feature = "fetch")]
use crate::functions::http_client;

impl Remote {
    /// Writes what the server exports to `out`.
    #[cfg(feature = "fetch")]
    pub(super) fn download(&self, out: &mut impl Write) -> Result<(), Failure> {
        let tokio = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(Failure::unusable)?;
        tokio.block_on(self.receive(out))
    }

    #[cfg(feature = "fetch")]
    async fn receive(&self, out: &mut impl Write) -> Result<(), Failure> {
        let url = &self.url;
        let broken = |error: reqwest::Error| {
            Failure::unusable(format!(
                "the server at {url} broke off or does not answer: {error}"
            ))
        };
        let request = http_client().post(format!("{url}/api/admin/export"));
        let request = request.header("authorization", format!("Convex {}", self.key));
        let mut response = request.send().await.map_err(broken)?;
        let status = response.status();
        if !status.is_success() {
            let text = response.text().await.map_err(broken)?;
            return Err(Failure::unusable(format!("{url} answered {status}: {text}")));
        }
        let mut received = progress::bytes();
        while let Some(piece) = response.chunk().await.map_err(broken)? {
            out.write_all(&piece).map_err(Failure::unusable)?;
            received(piece.len());
        }
        Ok(())
    }

    #[cfg(not(feature = "fetch"))]
    pub(super) fn download(&self, _: &mut impl Write) -> Result<(), Failure> {
        Err(Failure::unusable(format!(
            "this program was built without the feature `fetch` and cannot call {}",
            self.url
        )))
    }
}
