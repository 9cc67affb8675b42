//! Documents as bytes, the form in which they are stored.
//!
//! The first byte is the version of the encoding. Then follow the fields: lengths and counts as LEB128 varints, one
//! byte for the kind of each value, integers and doubles without a fraction as zigzag varints.

mod decode;
mod encode;

pub use decode::{EncodingError, decode_object};
pub use encode::encode_object;

/// The version that is written, and the only one that is read.
const VERSION: u8 = 1;

/// The kinds of values. Stored: never renumber.
mod kind {
    pub(super) const NULL: u8 = 0;
    pub(super) const FALSE: u8 = 1;
    pub(super) const TRUE: u8 = 2;
    pub(super) const INT64: u8 = 3;
    pub(super) const FLOAT64: u8 = 4;
    /// A double that is an integer within 2^53 of zero and not -0.
    pub(super) const WHOLE_FLOAT64: u8 = 5;
    pub(super) const STRING: u8 = 6;
    pub(super) const BYTES: u8 = 7;
    pub(super) const ARRAY: u8 = 8;
    pub(super) const OBJECT: u8 = 9;
}
