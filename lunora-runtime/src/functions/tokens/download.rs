//! Fetching keys: within a time and a size, over TLS, and from nowhere else than the address says.

use std::{sync::OnceLock, time::Duration};

use reqwest::{Client, StatusCode, Url, header, redirect::Policy};
use serde::Deserialize;

use super::{
    issuer::{InvalidIssuer, Issuer, Source},
    jwk::{InvalidKeySet, KeySet},
    limits::TokenLimits,
};
use crate::functions::fetch::install_crypto;

/// Where to ask.
#[derive(Debug)]
pub(super) enum Address {
    /// A discovery document, which says where the keys are.
    Discovery(Url),
    /// The keys.
    Keys(Url),
}

/// Why there are no keys.
#[derive(Debug, thiserror::Error)]
pub(super) enum DownloadError {
    #[error("{}", causes(.0))]
    Http(#[from] reqwest::Error),
    #[error("{0} answered {1}")]
    Status(Url, StatusCode),
    #[error("{0} sent more than {1} bytes (limit: document_bytes)")]
    TooLarge(Url, usize),
    #[error("there was no complete answer within {0:?} (limit: fetch_timeout)")]
    TooSlow(Duration),
    #[error("the discovery document at {0} cannot be read: {1}")]
    Discovery(Url, serde_json::Error),
    #[error("the discovery document is that of another issuer, {0:?}")]
    OtherIssuer(String),
    #[error("the keys are to be at {0:?}, which is neither https nor a loopback address")]
    Insecure(String),
    #[error("the key set at {0} cannot be used: {1}")]
    KeySet(Url, InvalidKeySet),
}

/// A failed request with all that led to it; reqwest itself says only the last of it.
fn causes(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    text
}

/// The two members of a discovery document that matter (OIDC Discovery 1.0, section 3).
#[derive(Deserialize)]
struct Discovery {
    issuer: String,
    jwks_uri: String,
}

impl Address {
    pub(super) fn of(issuer: &Issuer) -> Result<Self, InvalidIssuer> {
        let url = |text: &str| {
            secure(text).ok_or_else(|| {
                issuer.invalid(format_args!(
                    "{text:?} is neither an https address nor http on a loopback address"
                ))
            })
        };
        match &issuer.keys {
            Source::Address(address) => Ok(Self::Keys(url(address)?)),
            Source::Inline(_) | Source::Discovery => {
                let base = issuer.name.strip_suffix('/').unwrap_or(&issuer.name);
                Ok(Self::Discovery(url(&format!(
                    "{base}/.well-known/openid-configuration"
                ))?))
            }
        }
    }
}

/// An address whose answers nobody on the way can change.
fn secure(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let host = url.host_str()?;
    let loopback = match host.trim_start_matches('[').trim_end_matches(']').parse() {
        Ok(address) => std::net::IpAddr::is_loopback(&address),
        Err(_) => host == "localhost",
    };
    (url.scheme() == "https" || (url.scheme() == "http" && loopback)).then_some(url)
}

/// Fetches keys.
#[derive(Debug)]
pub(super) struct Downloader {
    client: OnceLock<Client>,
    limits: TokenLimits,
}

impl Downloader {
    pub(super) const fn new(limits: TokenLimits) -> Self {
        Self {
            client: OnceLock::new(),
            limits,
        }
    }

    /// The keys of an issuer.
    pub(super) async fn keys(&self, address: &Address, issuer: &str) -> Result<KeySet, DownloadError> {
        let limit = self.limits.fetch_timeout;
        tokio::time::timeout(limit, self.fetch_keys(address, issuer))
            .await
            .unwrap_or(Err(DownloadError::TooSlow(limit)))
    }

    async fn fetch_keys(&self, address: &Address, issuer: &str) -> Result<KeySet, DownloadError> {
        let url = match address {
            Address::Keys(url) => url.clone(),
            Address::Discovery(url) => self.discover(url, issuer).await?,
        };
        let document = self.get(&url).await?;
        KeySet::parse(&document).map_err(|error| DownloadError::KeySet(url, error))
    }

    /// Where the keys are.
    async fn discover(&self, url: &Url, issuer: &str) -> Result<Url, DownloadError> {
        let document = self.get(url).await?;
        let discovery: Discovery = serde_json::from_slice(&document)
            .map_err(|error| DownloadError::Discovery(url.clone(), error))?;
        // Section 4.3: otherwise one issuer could speak for another.
        if discovery.issuer != issuer {
            return Err(DownloadError::OtherIssuer(discovery.issuer));
        }
        let keys = secure(&discovery.jwks_uri);
        // Nobody but a loopback issuer has reason to send us to a loopback address without TLS.
        keys.filter(|keys| keys.scheme() == "https" || url.scheme() == "http")
            .ok_or(DownloadError::Insecure(discovery.jwks_uri))
    }

    /// The document at an address.
    async fn get(&self, url: &Url) -> Result<Vec<u8>, DownloadError> {
        let request = self.client()?.get(url.clone());
        let mut response = request.header(header::ACCEPT, "application/json").send().await?;
        if response.status() != StatusCode::OK {
            return Err(DownloadError::Status(url.clone(), response.status()));
        }
        let mut document = Vec::new();
        while let Some(piece) = response.chunk().await? {
            let limit = self.limits.document_bytes;
            if document.len() + piece.len() > limit {
                return Err(DownloadError::TooLarge(url.clone(), limit));
            }
            document.extend_from_slice(&piece);
        }
        Ok(document)
    }

    /// A client that follows no redirect: keys are where the issuer says they are.
    fn client(&self) -> reqwest::Result<&Client> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        install_crypto();
        let client = Client::builder().redirect(Policy::none()).build()?;
        Ok(self.client.get_or_init(|| client))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_over_tls_or_from_this_machine() {
        for text in [
            "https://login.example.com",
            "http://127.0.0.1:8080/keys",
            "http://[::1]/keys",
            "http://localhost:8080",
        ] {
            assert!(secure(text).is_some(), "{text}");
        }
        for text in [
            "",
            "login.example.com",
            "http://login.example.com",
            "http://10.0.0.1/keys",
            "http://localhost.example.com",
            "http://127.0.0.1.example.com",
            "ftp://127.0.0.1/keys",
            "file:///etc/passwd",
            "data:application/json,{}",
        ] {
            assert!(secure(text).is_none(), "{text}");
        }
    }

    #[test]
    fn the_discovery_document_is_below_the_issuer() {
        for (issuer, expected) in [
            (
                "https://a.example",
                "https://a.example/.well-known/openid-configuration",
            ),
            (
                "https://a.example/",
                "https://a.example/.well-known/openid-configuration",
            ),
            (
                "https://a.example/b",
                "https://a.example/b/.well-known/openid-configuration",
            ),
        ] {
            let Ok(Address::Discovery(url)) = Address::of(&Issuer::oidc(issuer, "app")) else {
                panic!("{issuer}")
            };
            assert_eq!(url.as_str(), expected);
        }
    }
}
