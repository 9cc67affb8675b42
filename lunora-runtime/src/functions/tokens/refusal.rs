//! Why a token is not taken.

use std::time::Duration;

/// A token that is not valid here, or that cannot be judged at the moment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidToken {
    /// It is too large to be looked at.
    #[error("it is larger than {limit} bytes (limit: token_bytes)")]
    TooLarge {
        /// The limit.
        limit: usize,
    },
    /// It is no signed JSON Web Token.
    #[error("it is not a signed JSON Web Token: {0}")]
    Malformed(&'static str),
    /// It is signed in a way that is not accepted, or not at all.
    #[error("tokens are signed with RS256, ES256 or EdDSA here, not with {0:?}")]
    Algorithm(String),
    /// No issuer is trusted.
    #[error("this server trusts no issuer of tokens")]
    NoIssuers,
    /// Its issuer is not trusted.
    #[error("this server does not trust the issuer {0:?}")]
    Issuer(String),
    /// Its issuer has no key of that id.
    #[error("its issuer has no such key")]
    UnknownKey,
    /// The key that it names is for another algorithm.
    #[error("the key that it names is for another algorithm")]
    KeyAlgorithm,
    /// The signature is not that of the key over this text.
    #[error("its signature is not that of its issuer")]
    Signature,
    /// A claim that has to be there is not, or is no such thing.
    #[error("the claim `{0}` is missing or of the wrong type")]
    Claim(&'static str),
    /// It was issued for others.
    #[error("it is meant for another audience")]
    Audience,
    /// It has expired.
    #[error("it has expired")]
    Expired,
    /// It is not valid yet.
    #[error("it is not valid yet")]
    NotYetValid,
    /// The keys of its issuer cannot be had, so it cannot be judged.
    #[error("the keys of its issuer cannot be fetched at the moment")]
    KeysUnavailable {
        /// When it is worth trying again.
        retry_after: Duration,
    },
    /// Too many tokens wait for the keys of their issuer already.
    #[error("too many tokens wait for the keys of this issuer (limit: waiting)")]
    Overloaded {
        /// When it is worth trying again.
        retry_after: Duration,
    },
}

impl InvalidToken {
    /// The same in one word, for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "TokenTooLarge",
            Self::Malformed(_) => "MalformedToken",
            Self::Algorithm(_) => "UnsupportedAlgorithm",
            Self::NoIssuers | Self::Issuer(_) => "NoAuthProvider",
            Self::UnknownKey => "UnknownSigningKey",
            Self::KeyAlgorithm => "WrongKeyAlgorithm",
            Self::Signature => "BadSignature",
            Self::Claim(_) => "MissingClaim",
            Self::Audience => "WrongAudience",
            Self::Expired => "TokenExpired",
            Self::NotYetValid => "TokenNotYetValid",
            Self::KeysUnavailable { .. } => "AuthProviderUnavailable",
            Self::Overloaded { .. } => "Overloaded",
        }
    }

    /// When to try again, if this says something about the moment and nothing about the token.
    pub const fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::KeysUnavailable { retry_after } | Self::Overloaded { retry_after } => Some(*retry_after),
            _ => None,
        }
    }
}

/// Text of a token for an error: as much of it as helps.
pub(super) fn shown(text: &str) -> String {
    cut(text, 100).to_owned()
}

/// The start of a text, of at most so many bytes.
pub(super) fn cut(text: &str, max: usize) -> &str {
    &text[..text.floor_char_boundary(max)]
}
