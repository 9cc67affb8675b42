fn main() {
    let _ = lunora_ui_app::__lunora_app_stands_once_in_a_module::entries::entry_2::internal::purge();
}
