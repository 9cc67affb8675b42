use lunora::FunctionRef;
use lunora_ui_app::api::messages::{list, send};

fn main() {
    let _ = send("general".to_owned(), "hello".to_owned());
    assert_eq!(list::PATH, "messages:list");
    let _app: lunora::App = lunora_ui_app::app();
}
