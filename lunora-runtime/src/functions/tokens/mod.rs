//! Tokens of users: which issuers are trusted, and whether a token is one of theirs.
//!
//! A token is a signed JSON Web Token (RFC 7519). [`TokenVerifier`] takes it apart (`jws`), finds its [`Issuer`] by
//! the claim `iss`, asks for the key that it names (`jwk`; for issuers on the network through the cache in
//! `provider`), checks the signature, and only then tells what it thinks of the claims (`claims`).
//!
//! Rules that no setting changes: the algorithm is the key's and the token has to agree, so `none` and an HMAC with a
//! public key verify under no key; keys come from the issuer's own set and never from the token; a token that is not
//! valid is an error and never anonymity.

mod claims;
#[cfg(feature = "fetch")]
mod download;
mod issuer;
mod jwk;
mod jws;
mod limits;
#[cfg(feature = "fetch")]
mod provider;
mod refusal;
mod verifier;

pub use self::{
    issuer::{InvalidIssuer, Issuer},
    limits::TokenLimits,
    refusal::InvalidToken,
    verifier::{TokenVerifier, VerifiedToken},
};
