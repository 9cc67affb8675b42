//! Public keys, as issuers publish them (RFC 7517), and what they verify.

use std::{fmt, sync::Arc};

use data_encoding::BASE64URL_NOPAD;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde::Deserialize;
use serde_json::Value as Json;

use super::refusal::InvalidToken;

/// Signature algorithms of tokens (RFC 7518 and 8037). All of them are asymmetric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Algorithm {
    Rs256,
    Es256,
    EdDsa,
}

impl Algorithm {
    pub(super) fn of(name: &str) -> Option<Self> {
        match name {
            "RS256" => Some(Self::Rs256),
            "ES256" => Some(Self::Es256),
            "EdDSA" => Some(Self::EdDsa),
            _ => None,
        }
    }
}

/// The key that a token names.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub(super) id: Option<&'a str>,
    pub(super) algorithm: Algorithm,
}

/// A key that can verify, by one algorithm.
#[derive(Debug)]
pub(super) struct Key {
    id: Option<String>,
    material: Material,
}

enum Material {
    Rsa(RsaPublicKeyComponents<Vec<u8>>),
    P256(UnparsedPublicKey<Vec<u8>>),
    Ed25519(UnparsedPublicKey<Vec<u8>>),
}

impl Key {
    const fn algorithm(&self) -> Algorithm {
        match self.material {
            Material::Rsa(_) => Algorithm::Rs256,
            Material::P256(_) => Algorithm::Es256,
            Material::Ed25519(_) => Algorithm::EdDsa,
        }
    }

    /// Whether `signature` is this key's over `text`.
    pub(super) fn verify(&self, text: &[u8], signature: &[u8]) -> Result<(), InvalidToken> {
        let verified = match &self.material {
            Material::Rsa(key) => key.verify(&RSA_PKCS1_2048_8192_SHA256, text, signature),
            Material::P256(key) | Material::Ed25519(key) => key.verify(text, signature),
        };
        verified.map_err(|_| InvalidToken::Signature)
    }
}

impl fmt::Debug for Material {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rsa(_) => "Rsa",
            Self::P256(_) => "P256",
            Self::Ed25519(_) => "Ed25519",
        })
    }
}

/// The keys of an issuer.
#[derive(Debug)]
pub(super) struct KeySet(Vec<Arc<Key>>);

/// What was published is no set of keys.
#[derive(Debug, thiserror::Error)]
pub(super) enum InvalidKeySet {
    #[error("it is no JSON object with `keys`: {0}")]
    Json(#[from] serde_json::Error),
    #[error(
        "it has no key that can verify: RSA of at least 2048 bits for RS256, EC on P-256 for ES256, OKP on Ed25519 for \
         EdDSA"
    )]
    Empty,
}

impl KeySet {
    /// Reads a JSON Web Key Set. Keys of other kinds and for other uses are left out: issuers publish those as well.
    pub(super) fn parse(json: &[u8]) -> Result<Self, InvalidKeySet> {
        let published: Published = serde_json::from_slice(json)?;
        let keys = published.keys.into_iter();
        let keys = keys.filter_map(|key| serde_json::from_value::<Jwk>(key).ok()?.into_key());
        let keys: Vec<_> = keys.map(Arc::new).collect();
        if keys.is_empty() {
            return Err(InvalidKeySet::Empty);
        }
        Ok(Self(keys))
    }

    /// The key of that id and algorithm. A token that names no id means the only key for its algorithm.
    pub(super) fn find(&self, wanted: &Wanted<'_>) -> Result<Arc<Key>, InvalidToken> {
        let fits = |key: &&Arc<Key>| key.algorithm() == wanted.algorithm;
        let Some(id) = wanted.id else {
            let mut fitting = self.0.iter().filter(fits);
            return match (fitting.next(), fitting.next()) {
                (Some(key), None) => Ok(Arc::clone(key)),
                _ => Err(InvalidToken::UnknownKey),
            };
        };
        let mut named = self
            .0
            .iter()
            .filter(|key| key.id.as_deref() == Some(id))
            .peekable();
        if named.peek().is_none() {
            return Err(InvalidToken::UnknownKey);
        }
        named.find(fits).cloned().ok_or(InvalidToken::KeyAlgorithm)
    }
}

#[derive(Deserialize)]
struct Published {
    keys: Vec<Json>,
}

/// A key as it is published. Private parts, should there be any, are not read.
#[derive(Deserialize)]
struct Jwk {
    kty: String,
    kid: Option<String>,
    alg: Option<String>,
    #[serde(rename = "use")]
    usage: Option<String>,
    key_ops: Option<Vec<String>>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

impl Jwk {
    fn into_key(self) -> Option<Key> {
        let material = self.material()?;
        let key = Key {
            id: self.kid,
            material,
        };
        // A key is for one algorithm; one that is published for another (such as PS256) verifies nothing here.
        let algorithm = self
            .alg
            .map_or(Some(key.algorithm()), |name| Algorithm::of(&name));
        let verifies = self.usage.is_none_or(|usage| usage == "sig")
            && self
                .key_ops
                .is_none_or(|operations| operations.iter().any(|operation| operation == "verify"));
        (verifies && algorithm == Some(key.algorithm())).then_some(key)
    }

    fn material(&self) -> Option<Material> {
        match (self.kty.as_str(), self.crv.as_deref()) {
            ("RSA", _) => rsa(self.n.as_deref()?, self.e.as_deref()?),
            ("EC", Some("P-256")) => p256(self.x.as_deref()?, self.y.as_deref()?),
            ("OKP", Some("Ed25519")) => {
                let point = decode(self.x.as_deref()?).filter(|point| point.len() == 32)?;
                Some(Material::Ed25519(UnparsedPublicKey::new(&ED25519, point)))
            }
            _ => None,
        }
    }
}

fn rsa(modulus: &str, exponent: &str) -> Option<Material> {
    /// 2048 bits, of which the first is set.
    const MIN_BYTES: usize = 256;
    let n = without_zeros(decode(modulus)?);
    let e = without_zeros(decode(exponent)?);
    (n.len() >= MIN_BYTES).then_some(Material::Rsa(RsaPublicKeyComponents { n, e }))
}

/// RFC 7518 forbids zeros in front, and some issuers write them.
fn without_zeros(number: Vec<u8>) -> Vec<u8> {
    number.into_iter().skip_while(|byte| *byte == 0).collect()
}

fn p256(x: &str, y: &str) -> Option<Material> {
    /// Tag of an uncompressed point (SEC 1, section 2.3.3).
    const UNCOMPRESSED: u8 = 4;
    let (x, y) = (decode(x)?, decode(y)?);
    (x.len() == 32 && y.len() == 32).then(|| {
        let point = [&[UNCOMPRESSED], x.as_slice(), y.as_slice()].concat();
        Material::P256(UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point))
    })
}

fn decode(text: &str) -> Option<Vec<u8>> {
    BASE64URL_NOPAD.decode(text.as_bytes()).ok()
}
