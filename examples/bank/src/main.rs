//! Serves the bank.

fn main() -> std::process::ExitCode {
    lunora::main(bank::app())
}
