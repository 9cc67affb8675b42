//! Tokens that nobody signed who may.

use data_encoding::BASE64URL_NOPAD;
use lunora_runtime::functions::{InvalidToken, Issuer};
use ring::hmac;
use serde_json::{Value as Json, json};

use crate::{
    AUDIENCE, ISSUER, Server,
    mint::{Signer, encode, key_set, unsigned},
    with,
};

/// A server with a key of each algorithm.
struct Target {
    server: Server,
    signers: [Signer; 3],
}

impl Target {
    fn new() -> Self {
        let signers = [Signer::rs256("r"), Signer::es256("e"), Signer::eddsa("d")];
        let keys = key_set(&signers.each_ref());
        let server = Server::trusting(vec![Issuer::jwks(ISSUER, AUDIENCE, keys)]);
        Self { server, signers }
    }

    #[track_caller]
    fn refuses(&self, token: &str, code: &str) {
        assert_eq!(self.server.refusal(token), (401, code.to_owned()), "{token}");
    }
}

#[test]
fn without_a_signature() {
    let target = Target::new();
    let claims = target.server.claims();
    for none in ["none", "None", "NONE", "nOnE", "none "] {
        for signer in &target.signers {
            let header = with(&signer.header(), "alg", json!(none));
            target.refuses(&(unsigned(&header, &claims) + "."), "UnsupportedAlgorithm");
            target.refuses(&signer.token_with(&header, &claims), "UnsupportedAlgorithm");
        }
    }
    for signer in &target.signers {
        let text = unsigned(&signer.header(), &claims);
        target.refuses(&format!("{text}."), "BadSignature");
    }
}

#[test]
fn with_the_public_key_as_the_secret_of_an_hmac() {
    let target = Target::new();
    for signer in &target.signers {
        let jwk = signer.jwk();
        let secrets = [
            signer.public_bytes(),
            jwk.to_string().into_bytes(),
            pem(&signer.public_bytes()).into_bytes(),
            jwk["n"].as_str().unwrap_or_default().as_bytes().to_vec(),
            jwk["x"].as_str().unwrap_or_default().as_bytes().to_vec(),
            Vec::new(),
        ];
        for secret in secrets {
            let header = with(&signer.header(), "alg", json!("HS256"));
            let text = unsigned(&header, &target.server.claims());
            let signature = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &secret), text.as_bytes());
            target.refuses(
                &format!("{text}.{}", encode(signature.as_ref())),
                "UnsupportedAlgorithm",
            );
            // And under the name of an algorithm that is accepted.
            let text = unsigned(&signer.header(), &target.server.claims());
            let signature = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &secret), text.as_bytes());
            target.refuses(&format!("{text}.{}", encode(signature.as_ref())), "BadSignature");
        }
    }
}

fn pem(key: &[u8]) -> String {
    let key = data_encoding::BASE64.encode(key);
    format!("-----BEGIN PUBLIC KEY-----\n{key}\n-----END PUBLIC KEY-----\n")
}

#[test]
fn with_the_key_of_another_algorithm() {
    let target = Target::new();
    let claims = target.server.claims();
    for signer in &target.signers {
        for other in target.signers.iter().filter(|other| other.id != signer.id) {
            // The algorithm of one key with the id of another.
            let header = with(&signer.header(), "kid", json!(other.id));
            target.refuses(&signer.token_with(&header, &claims), "WrongKeyAlgorithm");
            let header = with(&signer.header(), "alg", json!(other.algorithm));
            target.refuses(&signer.token_with(&header, &claims), "WrongKeyAlgorithm");
            // Another key's signature.
            target.refuses(&other.token_with(&signer.header(), &claims), "BadSignature");
        }
    }
}

#[test]
fn with_a_key_that_the_token_brings_along() {
    let target = Target::new();
    for (own, known) in [Signer::es256("e"), Signer::eddsa("d")]
        .iter()
        .zip(&target.signers[1..])
    {
        let set = key_set(&[own]);
        for (name, value) in [
            ("jwk", own.jwk()),
            ("jku", json!("http://127.0.0.1:1/keys")),
            ("x5u", json!("http://127.0.0.1:1/cert")),
            ("x5c", json!([encode(b"certificate")])),
            (
                "keys",
                serde_json::from_str::<Json>(&set).unwrap()["keys"].clone(),
            ),
        ] {
            let header = with(&known.header(), name, value);
            target.refuses(&own.token_with(&header, &target.server.claims()), "BadSignature");
            let header = with(&header, "kid", Json::Null);
            target.refuses(&own.token_with(&header, &target.server.claims()), "BadSignature");
        }
    }
}

#[test]
fn with_signatures_that_are_none() {
    let target = Target::new();
    for signer in &target.signers {
        let text = unsigned(&signer.header(), &target.server.claims());
        let good = signer.signature(&text);
        let half = good.len() / 2;
        for signature in [
            vec![0; good.len()],
            vec![0xff; good.len()],
            good[..good.len() - 1].to_vec(),
            [good.as_slice(), &[0]].concat(),
            [&[0], good.as_slice()].concat(),
            [&good[half..], &good[..half]].concat(),
            vec![0x30; 70],
            vec![1; 4096],
        ] {
            target.refuses(&format!("{text}.{}", encode(&signature)), "BadSignature");
        }
    }
}

#[test]
fn with_other_claims_under_an_old_signature() {
    let target = Target::new();
    let claims = target.server.claims();
    for signer in &target.signers {
        let token = signer.token(&claims);
        let (text, signature) = token.rsplit_once('.').unwrap();
        let (header, _) = text.split_once('.').unwrap();
        for (name, value) in [
            ("sub", json!("grace")),
            ("aud", json!(["my-app", "other"])),
            ("exp", json!(1e12)),
            ("role", json!("admin")),
        ] {
            let other = encode(with(&claims, name, value).to_string().as_bytes());
            target.refuses(&format!("{header}.{other}.{signature}"), "BadSignature");
        }
        // The same header, written in another way.
        let spaced = encode(signer.header().to_string().replace(',', ", ").as_bytes());
        let (_, claims) = text.split_once('.').unwrap();
        target.refuses(&format!("{spaced}.{claims}.{signature}"), "BadSignature");
    }
}

/// What the claims are worth is not told to somebody who cannot sign.
#[test]
fn the_signature_is_judged_before_the_claims() {
    let target = Target::new();
    let stranger = Signer::eddsa("d");
    for (name, value) in [
        ("exp", json!(0)),
        ("aud", json!("other")),
        ("nbf", json!(1e12)),
        ("sub", Json::Null),
    ] {
        let claims = with(&target.server.claims(), name, value);
        target.refuses(&stranger.token(&claims), "BadSignature");
    }
}

#[test]
fn no_letter_of_a_token_can_be_changed() {
    let target = Target::new();
    let tokio = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let verify = |token: &str| tokio.block_on(target.server.running.runtime.tokens().verify(token));
    let mut tried = 0;
    for signer in &target.signers {
        let token = signer.token(&target.server.claims());
        let good = verify(&token).unwrap();
        for at in 0..token.len() {
            for letter in ['A', 'B', '_', '.', '=', ' '] {
                if token[at..].starts_with(letter) {
                    continue;
                }
                let changed = format!("{}{letter}{}", &token[..at], &token[at + 1..]);
                let refused = verify(&changed).expect_err(&changed);
                assert!(!matches!(refused, InvalidToken::KeysUnavailable { .. }));
                tried += 1;
            }
        }
        assert_eq!(verify(&token).unwrap(), good);
    }
    assert!(tried > 3000, "{tried}");
}

/// Base64 has bits to spare at the end; a token has one spelling all the same.
#[test]
fn a_token_has_one_spelling() {
    let target = Target::new();
    let signer = &target.signers[2];
    let token = signer.token(&target.server.claims());
    // 64 bytes leave 4 bits of the last letter unused.
    let last = token.chars().next_back().unwrap();
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let at = alphabet.find(last).unwrap();
    let other = &alphabet[at + 1..=at + 1];
    let respelled = format!("{}{other}", &token[..token.len() - 1]);
    assert!(
        BASE64URL_NOPAD
            .decode(respelled.rsplit_once('.').unwrap().1.as_bytes())
            .is_err()
    );
    target.refuses(&respelled, "MalformedToken");
}
