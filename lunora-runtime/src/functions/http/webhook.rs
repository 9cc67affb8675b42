//! Signatures of webhooks: HMAC-SHA256 over the body, with the time or without.

use std::{fmt, time::Duration};

use bytes::Bytes;
use data_encoding::HEXLOWER_PERMISSIVE;
use http::StatusCode;
use lunora_core::{
    error::{Error, Result},
    time::Time,
};
use ring::hmac;

use super::{Request, refusal::refusal};
use crate::functions::ActionCtx;

/// How old a signature with a time may be, either way: clocks differ.
const TOLERANCE: Duration = Duration::from_mins(5);

/// Most signatures that are looked at in one request: a sender that changes its secret signs with two.
const MOST_SIGNATURES: usize = 2;

/// Hexadecimal digits of a signature.
const TAG_DIGITS: usize = 64;

/// The secret that a sender of webhooks shares, and how it signs.
///
/// ```no_run
/// use lunora_runtime::functions::{ActionCtx, Request, Response, Webhook};
///
/// async fn paid(ctx: &ActionCtx, mut request: Request) -> lunora_core::error::Result<Response> {
///     let webhook = Webhook::stripe(std::env::var("STRIPE_WEBHOOK_SECRET")?);
///     let body = webhook.verify(ctx, &mut request).await?;
///     let _event: serde_json::Value = serde_json::from_slice(&body)?;
///     Ok(Response::empty())
/// }
/// ```
pub struct Webhook {
    /// None if the secret is empty: anybody can sign with that.
    key: Option<hmac::Key>,
    header: &'static str,
    scheme: Scheme,
    tolerance: Duration,
}

#[derive(Debug, Clone)]
enum Scheme {
    /// `t=<seconds>,v1=<hex>`, over `<seconds>.<body>`.
    Stripe,
    /// A prefix and hexadecimal digits, over the body.
    Plain { prefix: &'static str },
}

impl Webhook {
    /// Stripe's scheme: the header `Stripe-Signature: t=..,v1=..`, not older than five minutes.
    pub fn stripe(secret: impl AsRef<[u8]>) -> Self {
        Self::new(secret.as_ref(), "stripe-signature", Scheme::Stripe)
    }

    /// Hexadecimal digits in a header, as GitHub and many others send them:
    /// `Webhook::plain(secret, "x-hub-signature-256", "sha256=")`.
    ///
    /// There is no time in it, so whoever has seen a request can send it again: what it does has to bear that.
    pub fn plain(secret: impl AsRef<[u8]>, header: &'static str, prefix: &'static str) -> Self {
        Self::new(secret.as_ref(), header, Scheme::Plain { prefix })
    }

    fn new(secret: &[u8], header: &'static str, scheme: Scheme) -> Self {
        Self {
            key: (!secret.is_empty()).then(|| hmac::Key::new(hmac::HMAC_SHA256, secret)),
            header,
            scheme,
            tolerance: TOLERANCE,
        }
    }

    /// The same, for signatures that are up to this old. Default five minutes.
    #[must_use]
    pub fn tolerance(self, tolerance: Duration) -> Self {
        Self { tolerance, ..self }
    }

    /// Reads the body and gives it back if it was signed with the secret, and recently. If not, the sender gets a 401,
    /// which does not say why.
    pub async fn verify(&self, ctx: &ActionCtx, request: &mut Request) -> Result<Bytes> {
        if self.key.is_none() {
            return Err(self.has_no_secret());
        }
        let body = request.bytes().await?;
        let mut headers = request.headers().get_all(self.header).iter();
        let (header, None) = (headers.next(), headers.next()) else {
            return Err(refused());
        };
        let signature = header
            .and_then(|header| header.to_str().ok())
            .ok_or_else(refused)?;
        if self.is_valid(signature, &body, ctx.now()) {
            Ok(body)
        } else {
            Err(refused())
        }
    }

    fn is_valid(&self, header: &str, body: &[u8], now: Time) -> bool {
        match self.scheme {
            Scheme::Plain { prefix } => header
                .strip_prefix(prefix)
                .is_some_and(|digits| self.is_of(body, digits)),
            Scheme::Stripe => self.is_valid_at(header, body, now),
        }
    }

    fn is_valid_at(&self, header: &str, body: &[u8], now: Time) -> bool {
        let fields = || header.split(',').filter_map(|field| field.trim().split_once('='));
        let mut times = fields().filter(|(name, _)| *name == "t").map(|(_, time)| time);
        let (Some(time), None) = (times.next(), times.next()) else {
            return false;
        };
        if !self.is_recent(time, now) {
            return false;
        }
        let signed = [time.as_bytes(), b".", body].concat();
        let signatures = fields().filter(|(name, digits)| *name == "v1" && digits.len() == TAG_DIGITS);
        let signatures = signatures.take(MOST_SIGNATURES);
        signatures.fold(false, |valid, (_, digits)| self.is_of(&signed, digits) || valid)
    }

    fn is_recent(&self, seconds: &str, now: Time) -> bool {
        let digits = seconds.bytes().all(|byte| byte.is_ascii_digit());
        let Some(seconds) = seconds.parse::<f64>().ok().filter(|_| digits) else {
            return false;
        };
        // Not with `Time`, in which all that is too large is one moment.
        (now.as_millis() / 1000.0 - seconds).abs() <= self.tolerance.as_secs_f64()
    }

    /// Compared in constant time, which `ring` does.
    fn is_of(&self, message: &[u8], digits: &str) -> bool {
        let tag = HEXLOWER_PERMISSIVE.decode(digits.as_bytes());
        let (Some(key), Ok(tag)) = (&self.key, tag) else {
            return false;
        };
        hmac::verify(key, message, &tag).is_ok()
    }

    fn has_no_secret(&self) -> Error {
        Error::internal(format!(
            "the secret of the webhook that signs in the header `{}` is empty; set it to the one its sender has",
            self.header
        ))
    }
}

fn refused() -> Error {
    let message = "The signature is missing, wrong or too old.";
    refusal(StatusCode::UNAUTHORIZED, "InvalidSignature", message)
}

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webhook")
            .field("header", &self.header)
            .field("scheme", &self.scheme)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] = br#"{"id":"evt_1"}"#;
    const SECRET: &str = "whsec_test";

    fn sign(secret: &str, message: &[u8]) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        data_encoding::HEXLOWER.encode(hmac::sign(&key, message).as_ref())
    }

    fn stripe(secret: &str, seconds: u32) -> String {
        signed_at(secret, &seconds.to_string())
    }

    fn signed_at(secret: &str, seconds: &str) -> String {
        let signed = [seconds.as_bytes(), b".", BODY].concat();
        format!("t={seconds},v1={}", sign(secret, &signed))
    }

    fn at(seconds: u32) -> Time {
        Time::from_millis(f64::from(seconds) * 1000.0)
    }

    #[test]
    fn a_signature_of_another_implementation() {
        // printf '1700000000.{"id":"evt_1"}' | openssl dgst -sha256 -hmac whsec_test
        let digits = "c89214b5b5da833daed6f0b8c5bb6bd58cea9022bd80ccc78230f3942d632925";
        let webhook = Webhook::stripe(SECRET);
        let header = format!("t=1700000000,v1={digits},v0=00");
        assert!(webhook.is_valid(&header, BODY, at(1_700_000_000)));
    }

    #[test]
    fn the_time_counts_both_ways() {
        let webhook = Webhook::stripe(SECRET);
        let header = stripe(SECRET, 1_700_000_300);
        for (offset, valid) in [(0, true), (300, true), (600, true), (601, false)] {
            assert_eq!(
                webhook.is_valid(&header, BODY, at(1_700_000_000 + offset)),
                valid,
                "{offset}"
            );
        }
        assert!(!webhook.is_valid(&header, BODY, at(1_699_999_999)));
        let long = Webhook::stripe(SECRET).tolerance(Duration::from_hours(1));
        assert!(long.is_valid(&stripe(SECRET, 1_700_000_000), BODY, at(1_700_003_600)));
    }

    #[test]
    fn everything_else_is_refused() {
        let (now, webhook) = (at(1_700_000_000), Webhook::stripe(SECRET));
        let right = stripe(SECRET, 1_700_000_000);
        assert!(webhook.is_valid(&right, BODY, now));
        assert!(!webhook.is_valid(&right, b"{}", now));
        let digits = right.split_once("v1=").unwrap().1;
        let huge = "9".repeat(400);
        for header in [
            String::new(),
            digits.to_owned(),
            format!("v1={digits}"),
            "t=1700000000".to_owned(),
            format!("t=1700000000,v0={digits}"),
            format!("t=1700000001,v1={digits}"),
            format!("t=+1700000000,v1={digits}"),
            format!("t=1700000000,t=1700000000,v1={digits}"),
            format!("t=1700000000,v1={}", &digits[..62]),
            format!("t=1700000000,v1={}", "0".repeat(64)),
            format!("t=99999999999999999999999,v1={digits}"),
            // Signed as they should be, so it is the time that is refused.
            signed_at(SECRET, "99999999999999999999999"),
            signed_at(SECRET, &huge),
            stripe("another secret", 1_700_000_000),
        ] {
            assert!(!webhook.is_valid(&header, BODY, now), "{header}");
        }
        // A sender that is about to change its secret signs with both.
        let wrong = "0".repeat(64);
        let both = format!("t=1700000000,v1={wrong},v1={digits}");
        assert!(webhook.is_valid(&both, BODY, now));
        // What cannot be a signature is none of the two.
        let junk = "v1=00,".repeat(9);
        let after_junk = format!("t=1700000000,{junk}v1={wrong},v1={digits}");
        assert!(webhook.is_valid(&after_junk, BODY, now));
    }

    #[test]
    fn an_empty_secret_signs_nothing() {
        let (webhook, now) = (Webhook::stripe(""), at(1_700_000_000));
        assert!(!webhook.is_valid(&stripe("", 1_700_000_000), BODY, now));
        let message = webhook.has_no_secret().to_string();
        assert!(message.contains("stripe-signature"), "{message}");
    }

    #[test]
    fn plain_signatures() {
        let webhook = Webhook::plain(SECRET, "x-hub-signature-256", "sha256=");
        let digits = sign(SECRET, BODY);
        assert!(webhook.is_valid(&format!("sha256={digits}"), BODY, at(0)));
        assert!(webhook.is_valid(&format!("sha256={}", digits.to_uppercase()), BODY, at(0)));
        for header in [
            digits.clone(),
            format!("sha1={digits}"),
            format!("sha256={}", sign("other", BODY)),
        ] {
            assert!(!webhook.is_valid(&header, BODY, at(0)), "{header}");
        }
    }
}
