//! The application that the tests serve.
use lunora_runtime::functions::Runtime;

pub fn open() -> (Runtime, String, ()) {
    (Runtime::fake(), "admin|secret".to_owned(), ())
}
