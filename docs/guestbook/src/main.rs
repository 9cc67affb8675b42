//! Serves the guest book.

fn main() -> std::process::ExitCode {
    lunora::main(guestbook::app())
}
