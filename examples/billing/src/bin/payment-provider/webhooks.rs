//! How the provider tells others what has changed.

use std::time::{SystemTime, UNIX_EPOCH};

use data_encoding::HEXLOWER;
use ring::hmac;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// What webhooks are signed with.
fn secret() -> String {
    std::env::var("WEBHOOK_SECRET").unwrap_or_else(|_| "whsec_fake".to_owned())
}

/// Tells `url` (an `http://` one) that a customer has changed, and returns the status of its answer.
pub(crate) async fn tell(url: &str, customer: &str) -> std::io::Result<String> {
    let body = format!(r#"{{"customer":"{customer}"}}"#);
    let address = url.strip_prefix("http://").unwrap_or(url);
    let (host, path) = address.split_once('/').unwrap_or((address, ""));
    let mut stream = TcpStream::connect(host).await?;
    let request = format!(
        "POST /{path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
         Stripe-Signature: {}\r\nConnection: close\r\n\r\n{body}",
        body.len(),
        signature(&body),
    );
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    let status = answer.split(' ').nth(1).unwrap_or_default();
    Ok(status.to_owned())
}

/// Stripe's scheme: the time, and the HMAC of time and body.
fn signature(body: &str) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let seconds = now.as_secs();
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret().as_bytes());
    let tag = hmac::sign(&key, format!("{seconds}.{body}").as_bytes());
    format!("t={seconds},v1={}", HEXLOWER.encode(tag.as_ref()))
}
