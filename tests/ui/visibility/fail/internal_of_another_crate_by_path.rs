fn main() {
    let _ = lunora_ui_app::internal::messages::purge();
}
