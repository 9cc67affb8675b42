//! A backend as annotated Rust functions.
