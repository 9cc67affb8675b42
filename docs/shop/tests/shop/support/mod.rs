//! What several tests need.
#![allow(dead_code, reason = "each test binary uses its part")]

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Mutex, Once},
    thread,
};

use data_encoding::HEXLOWER;
use lunora::{Id, Identity, Result, Time, testing::TestApp};
use ring::hmac;
use serde_json::json;
use shop::schema::{Address, Purchase};

/// A shop with three mugs.
pub(crate) async fn shop() -> Result<TestApp> {
    let app = TestApp::new(shop::app())?;
    let mug = json!({ "sku": "mug", "category": "kitchen", "price": 900 });
    app.run("products:add", mug).await?;
    app.run("products:restock", json!({ "sku": "mug", "count": 3 }))
        .await?;
    Ok(app)
}

/// A user.
pub(crate) fn user(name: &str) -> Identity {
    Identity::new("https://login.example.com", name)
}

/// Where parcels go.
pub(crate) fn address() -> Address {
    Address {
        street: "Dorset Street 1".to_owned(),
        city: "London".to_owned(),
    }
}

/// What the provider signs with.
pub(crate) const SECRET: &str = "whsec_test";

/// A payment provider that refuses the card `declined`, one for all tests of a file.
pub(crate) fn payment_provider() {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        shop::payments::are_made_by(shop::payments::Provider {
            address: format!("http://{address}"),
            secret: SECRET.to_owned(),
        });
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // A test that hears nothing fails by itself.
                let _ = answer(stream);
            }
        });
    });
}

/// The header with which the provider signs a body.
pub(crate) fn signature(body: &str, now: Time) -> String {
    let seconds = now.as_millis() / 1_000.0;
    let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
    let tag = hmac::sign(&key, format!("{seconds}.{body}").as_bytes());
    format!("t={seconds},v1={}", HEXLOWER.encode(tag.as_ref()))
}

/// Whether the provider was asked to mail a receipt for this purchase.
pub(crate) fn has_receipt(purchase: Id<Purchase>) -> bool {
    let asked = ASKED.lock().expect("nobody panics with it");
    asked.contains(&json!([purchase]).to_string())
}

/// The bodies of all requests to the provider.
static ASKED: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Reads one request and answers it.
fn answer(stream: TcpStream) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    let (mut line, mut length) = (String::new(), 0);
    while stream.read_line(&mut line)? > 2 {
        if let Some(text) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = text.trim().parse().unwrap_or_default();
        }
        line.clear();
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    let body = String::from_utf8_lossy(&body).into_owned();
    let declined = body.contains("declined");
    ASKED.lock().expect("nobody panics with it").push(body);
    let receipt = json!({ "succeeded": !declined }).to_string();
    let length = receipt.len();
    write!(
        stream.get_mut(),
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{receipt}"
    )
}
