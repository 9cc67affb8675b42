use lunora_ui_app::internal::messages::*;

fn main() {
}
