//! An export from a server.

use std::io::Write;

use super::Failure;
#[cfg(feature = "fetch")]
use super::progress;
#[cfg(feature = "fetch")]
use crate::functions::http_client;

/// Writes what the server sends to `out`.
#[cfg(feature = "fetch")]
pub(super) fn download(url: &str, key: &str, out: &mut impl Write) -> Result<(), Failure> {
    let tokio = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Failure::unusable)?;
    tokio.block_on(receive(url, key, out))
}

#[cfg(feature = "fetch")]
async fn receive(url: &str, key: &str, out: &mut impl Write) -> Result<(), Failure> {
    let broken = |error: reqwest::Error| {
        Failure::unusable(format!(
            "the server at {url} broke off or does not answer: {error}"
        ))
    };
    let request = http_client().post(format!("{}/api/admin/export", url.trim_end_matches('/')));
    let request = request.header("authorization", format!("Convex {key}"));
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
pub(super) fn download(url: &str, _: &str, _: &mut impl Write) -> Result<(), Failure> {
    Err(Failure::unusable(format!(
        "this program was built without the feature `fetch` and cannot call {url}"
    )))
}
