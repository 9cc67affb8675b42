//! A client that stays connected, and says how many do whenever that changes: `visitor [<address of the server>]`.

use billing::api;
use lunora_client::{Client, Result};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let address = std::env::args().nth(1);
    let client = Client::new(address.as_deref().unwrap_or("http://127.0.0.1:3210"))?;
    let mut count = client.watch(api::presence::count())?;
    while let Some(count) = count.next().await {
        println!("connected: {}", count?);
    }
    Ok(())
}
