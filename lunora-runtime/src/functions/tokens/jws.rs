//! A token, taken apart (RFC 7515, compact serialization).

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, de::IgnoredAny};
use serde_json::{Map, Value as Json};

use super::{
    jwk::{Algorithm, Wanted},
    refusal::{InvalidToken, shown},
};

/// What a token says, of which nothing is to be believed before its signature has been checked.
#[derive(Debug)]
pub(super) struct Jws<'a> {
    /// The text that is signed.
    pub(super) signed: &'a [u8],
    pub(super) signature: Vec<u8>,
    pub(super) algorithm: Algorithm,
    pub(super) key_id: Option<String>,
    pub(super) claims: Map<String, Json>,
}

/// The header, without what could name a key by anything but its id: `jwk`, `jku` and `x5c` are not even read.
#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    typ: Option<String>,
    crit: Option<IgnoredAny>,
}

impl<'a> Jws<'a> {
    pub(super) fn parse(token: &'a str, max_bytes: usize) -> Result<Self, InvalidToken> {
        if token.len() > max_bytes {
            return Err(InvalidToken::TooLarge { limit: max_bytes });
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(NOT_THREE)?;
        let (header, claims) = signed.split_once('.').ok_or(NOT_THREE)?;
        let header: Header = serde_json::from_slice(&decode(header)?)
            .map_err(|_| InvalidToken::Malformed("its header is no JSON object with `alg`"))?;
        header.check()?;
        let claims = serde_json::from_slice(&decode(claims)?)
            .map_err(|_| InvalidToken::Malformed("its claims are no JSON object"))?;
        Ok(Self {
            signed: signed.as_bytes(),
            signature: decode(signature)?,
            algorithm: Algorithm::of(&header.alg)
                .ok_or_else(|| InvalidToken::Algorithm(shown(&header.alg)))?,
            key_id: header.kid,
            claims,
        })
    }

    /// The key that this is signed with, as it says.
    pub(super) fn wanted(&self) -> Wanted<'_> {
        Wanted {
            id: self.key_id.as_deref(),
            algorithm: self.algorithm,
        }
    }
}

impl Header {
    fn check(&self) -> Result<(), InvalidToken> {
        // Extensions that must be understood, of which none is.
        if self.crit.is_some() {
            return Err(InvalidToken::Malformed("its header has `crit`"));
        }
        match self.typ.as_deref().map(without_prefix) {
            None => Ok(()),
            Some(typ) if TYPES.iter().any(|known| typ.eq_ignore_ascii_case(known)) => Ok(()),
            // Such as a logout token, which is signed by the same issuer for the same audience (RFC 8725, 3.11).
            Some(_) => Err(InvalidToken::Malformed("its `typ` is that of something else")),
        }
    }
}

/// Types that say who somebody is: plain ones, and access tokens by RFC 9068.
const TYPES: [&str; 2] = ["JWT", "at+jwt"];

/// `application/` may be left out.
fn without_prefix(typ: &str) -> &str {
    const PREFIX: &str = "application/";
    match typ.split_at_checked(PREFIX.len()) {
        Some((prefix, rest)) if prefix.eq_ignore_ascii_case(PREFIX) => rest,
        _ => typ,
    }
}

const NOT_THREE: InvalidToken = InvalidToken::Malformed("it does not have three parts");

/// No padding, no line breaks, no bits left over: one token has one spelling.
fn decode(part: &str) -> Result<Vec<u8>, InvalidToken> {
    BASE64URL_NOPAD
        .decode(part.as_bytes())
        .map_err(|_| InvalidToken::Malformed("a part is not base64url"))
}
