//! A small fake payment provider, to run beside the example: `payment-provider [HOST:PORT]`.
//!
//! It is another company's program, so it knows nothing of Lunora. It forgets all charges when it ends, and declines
//! every customer whose id has the word `declined` in it.

mod routes;
mod webhooks;

use std::env;

use tokio::net::TcpListener;

/// The address that the command line or the variable `PORT` says, or else port 4242.
fn address() -> String {
    env::args().nth(1).unwrap_or_else(|| {
        let port = env::var("PORT").unwrap_or_else(|_| "4242".to_owned());
        format!("127.0.0.1:{port}")
    })
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let listener = TcpListener::bind(address()).await?;
    println!(
        "The payment provider listens on http://{}",
        listener.local_addr()?
    );
    axum::serve(listener, routes::routes()).await
}
