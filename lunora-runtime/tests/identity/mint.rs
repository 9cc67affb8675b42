//! Tokens of every sort, with real keys.

use data_encoding::BASE64URL_NOPAD;
use ring::{
    rand::SystemRandom,
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
        RsaPublicKeyComponents,
    },
};
use serde_json::{Value as Json, json};

/// A key that signs.
pub(crate) struct Signer {
    pub(crate) id: &'static str,
    pub(crate) algorithm: &'static str,
    keys: Keys,
}

enum Keys {
    Rsa(RsaKeyPair),
    P256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl Signer {
    /// The one RSA key of the tests: making such keys takes too long.
    pub(crate) fn rs256(id: &'static str) -> Self {
        let keys = RsaKeyPair::from_pkcs8(include_bytes!("rsa.pk8")).unwrap();
        Self {
            id,
            algorithm: "RS256",
            keys: Keys::Rsa(keys),
        }
    }

    pub(crate) fn es256(id: &'static str) -> Self {
        let (algorithm, random) = (&ECDSA_P256_SHA256_FIXED_SIGNING, SystemRandom::new());
        let document = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        let keys = EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref(), &random).unwrap();
        Self {
            id,
            algorithm: "ES256",
            keys: Keys::P256(keys),
        }
    }

    pub(crate) fn eddsa(id: &'static str) -> Self {
        let document = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        let keys = Ed25519KeyPair::from_pkcs8(document.as_ref()).unwrap();
        Self {
            id,
            algorithm: "EdDSA",
            keys: Keys::Ed25519(keys),
        }
    }

    /// The public key as it is published.
    pub(crate) fn jwk(&self) -> Json {
        let mut key = match &self.keys {
            Keys::Rsa(keys) => {
                let public = RsaPublicKeyComponents::<Vec<u8>>::from(keys.public());
                json!({"kty": "RSA", "n": encode(&public.n), "e": encode(&public.e)})
            }
            Keys::P256(keys) => {
                let (x, y) = keys.public_key().as_ref()[1..].split_at(32);
                json!({"kty": "EC", "crv": "P-256", "x": encode(x), "y": encode(y)})
            }
            Keys::Ed25519(keys) => {
                json!({"kty": "OKP", "crv": "Ed25519", "x": encode(keys.public_key().as_ref())})
            }
        };
        key["kid"] = json!(self.id);
        key["alg"] = json!(self.algorithm);
        key["use"] = json!("sig");
        key
    }

    /// The public key as bytes, as somebody might take them for the secret of an HMAC.
    pub(crate) fn public_bytes(&self) -> Vec<u8> {
        match &self.keys {
            Keys::Rsa(keys) => keys.public().as_ref().to_vec(),
            Keys::P256(keys) => keys.public_key().as_ref().to_vec(),
            Keys::Ed25519(keys) => keys.public_key().as_ref().to_vec(),
        }
    }

    pub(crate) fn header(&self) -> Json {
        json!({"alg": self.algorithm, "typ": "JWT", "kid": self.id})
    }

    /// A token as an issuer makes it.
    pub(crate) fn token(&self, claims: &Json) -> String {
        self.token_with(&self.header(), claims)
    }

    /// A token with any header, signed by this key.
    pub(crate) fn token_with(&self, header: &Json, claims: &Json) -> String {
        self.sign(&unsigned(header, claims))
    }

    /// Signs any text.
    pub(crate) fn sign(&self, text: &str) -> String {
        format!("{text}.{}", encode(&self.signature(text)))
    }

    pub(crate) fn signature(&self, text: &str) -> Vec<u8> {
        match &self.keys {
            Keys::Rsa(keys) => {
                let mut signature = vec![0; keys.public().modulus_len()];
                keys.sign(
                    &RSA_PKCS1_SHA256,
                    &SystemRandom::new(),
                    text.as_bytes(),
                    &mut signature,
                )
                .unwrap();
                signature
            }
            Keys::P256(keys) => {
                let signature = keys.sign(&SystemRandom::new(), text.as_bytes()).unwrap();
                signature.as_ref().to_vec()
            }
            Keys::Ed25519(keys) => keys.sign(text.as_bytes()).as_ref().to_vec(),
        }
    }
}

/// The keys of these signers as a JSON Web Key Set.
pub(crate) fn key_set(signers: &[&Signer]) -> String {
    let keys: Vec<_> = signers.iter().map(|signer| signer.jwk()).collect();
    json!({ "keys": keys }).to_string()
}

/// The first two parts of a token.
pub(crate) fn unsigned(header: &Json, claims: &Json) -> String {
    format!(
        "{}.{}",
        encode(header.to_string().as_bytes()),
        encode(claims.to_string().as_bytes())
    )
}

pub(crate) fn encode(bytes: &[u8]) -> String {
    BASE64URL_NOPAD.encode(bytes)
}
