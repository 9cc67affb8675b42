//! TLS, with the certificates that the system trusts.

use std::sync::{Arc, OnceLock};

use rustls::{ClientConfig, crypto::ring};
use rustls_platform_verifier::BuilderVerifierExt;
use tokio_tungstenite::Connector;

/// How connections to `wss://` are made. The cryptography is named, because the program may have several.
pub(crate) fn connector() -> Result<Connector, String> {
    static CONFIG: OnceLock<Result<Arc<ClientConfig>, String>> = OnceLock::new();
    let config = CONFIG.get_or_init(|| config().map(Arc::new).map_err(|error| error.to_string()));
    config.clone().map(Connector::Rustls)
}

fn config() -> Result<ClientConfig, rustls::Error> {
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let builder = builder
        .with_safe_default_protocol_versions()?
        .with_platform_verifier()?;
    Ok(builder.with_no_client_auth())
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_systems_certificates_are_found() {
        assert!(super::connector().is_ok());
    }
}
