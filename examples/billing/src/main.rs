//! Serves the billing backend.

fn main() -> std::process::ExitCode {
    lunora::main(billing::app())
}
