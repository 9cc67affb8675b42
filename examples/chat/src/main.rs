//! Serves the chat.

fn main() -> std::process::ExitCode {
    lunora::main(chat::app().assets(chat::page::ASSETS))
}
