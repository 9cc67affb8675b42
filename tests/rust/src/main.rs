//! The crate `convex`, unmodified, against a real server: `calls <address>` or `restart <address>`.

mod calls;
mod channel;
mod restart;
mod values;

#[tokio::main]
async fn main() {
    let args: Vec<_> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["calls", address] => calls::run(address).await,
        ["restart", address] => restart::run(address).await,
        _ => panic!("calls <address> or restart <address>"),
    }
    println!("all well");
}
