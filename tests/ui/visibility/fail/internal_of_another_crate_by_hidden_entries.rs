fn main() {
    let _ = lunora_ui_app::__lunora_app_stands_here_once::entries::entry_2::internal::purge();
}
