//! Serves the shop.

fn main() -> std::process::ExitCode {
    lunora::main(shop::app())
}
