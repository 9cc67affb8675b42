//! Values as JSON (the protocol of the Convex clients): the encoded form that clients speak, and the lossy ones for people and tools.

mod arbitrary;
mod decode;
mod encode;
mod error;
mod format;
mod special;

pub use decode::{ValueSeed, parse, parse_arguments, parse_named};
pub use encode::{
    to_clean_string, to_encoded_string, write, write_clean, write_encoded, write_export, write_string,
};
pub use error::DecodeError;
pub use format::{Format, UnknownFormat};

pub(crate) use special::{decode_special, is_special_float};
