//! What several tests need.
#![allow(dead_code, reason = "each test binary uses its part")]

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::Once,
    thread,
};

use lunora::{Identity, Result, testing::TestApp};
use serde_json::json;
use shop::schema::Address;

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

/// A payment provider that refuses the card `declined`, one for all tests of a file.
pub(crate) fn payment_provider() {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        shop::payments::listens_on(format!("http://{address}"));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let _ = answer(stream);
            }
        });
    });
}

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
    let declined = String::from_utf8_lossy(&body).contains("declined");
    let receipt = json!({ "succeeded": !declined }).to_string();
    let length = receipt.len();
    write!(
        stream.get_mut(),
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{receipt}"
    )
}
