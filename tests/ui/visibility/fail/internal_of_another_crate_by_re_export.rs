pub use lunora_ui_app::internal::messages::purge;

fn main() {}
