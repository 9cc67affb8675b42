//! What the verification of tokens puts up with.

use std::time::Duration;

/// Limits around tokens and around the providers that publish the keys for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenLimits {
    /// Bytes of a token.
    pub token_bytes: usize,
    /// By how much the clocks of an issuer and of this server may differ.
    pub leeway: Duration,
    /// Bytes of a document that a provider sends.
    pub document_bytes: usize,
    /// Time for a provider to send its keys, the discovery document before them included.
    pub fetch_timeout: Duration,
    /// Least time between two fetches from a provider that answers: how often unknown key ids can make this server
    /// ask.
    pub refetch_interval: Duration,
    /// Least time between two fetches from a provider that fails.
    pub retry_interval: Duration,
    /// Age at which keys are fetched anew, in the background.
    pub fresh_for: Duration,
    /// Age up to which keys are used although their provider does not answer.
    pub stale_for: Duration,
    /// Tokens of one issuer that may wait for its keys at one time.
    pub waiting: usize,
}

impl Default for TokenLimits {
    fn default() -> Self {
        Self {
            token_bytes: 16 << 10,
            leeway: Duration::from_secs(5),
            document_bytes: 256 << 10,
            fetch_timeout: Duration::from_secs(5),
            refetch_interval: Duration::from_secs(10),
            retry_interval: Duration::from_secs(2),
            fresh_for: Duration::from_mins(10),
            stale_for: Duration::from_hours(24),
            waiting: 1024,
        }
    }
}
