//! The value model: JSON, the bridge to serde, index keys and stored documents.
//!
//! The properties run a few thousand cases each; `LUNORA_FUZZ_CASES=1000000` runs more.

mod bridge;
mod bridge_errors;
mod document;
mod json_decode;
mod json_encode;
mod key;
mod model;
mod number;
mod strategy;
