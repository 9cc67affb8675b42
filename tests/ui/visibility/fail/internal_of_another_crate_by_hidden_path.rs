fn main() {
    let _ = lunora_ui_app::messages::__lunora_purge::internal::purge();
}
