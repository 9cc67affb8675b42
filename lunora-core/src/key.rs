//! Index keys: bytes whose order is the order of the values they stand for.
//!
//! Each part of a key ends itself, so parts are simply appended, and the key of the first parts is a prefix of the key
//! of all. Strings end with two zero bytes and escape zeros, the scheme of `FoundationDB`'s tuple layer.

mod decode;
mod encode;

pub use decode::{KeyError, decode_key_part};
pub use encode::{encode_key_part, prefix_successor};

/// What a part of a key starts with; the order of these bytes is the order of the kinds.
mod tag {
    /// Ends an array or object; sorts before whatever another element could start with.
    pub(super) const END: u8 = 0x00;
    /// Announces a field of an object.
    pub(super) const FIELD: u8 = 0x01;
    pub(super) const ABSENT: u8 = 0x10;
    pub(super) const NULL: u8 = 0x20;
    pub(super) const INT64: u8 = 0x30;
    pub(super) const FLOAT64: u8 = 0x40;
    pub(super) const FALSE: u8 = 0x50;
    pub(super) const TRUE: u8 = 0x51;
    pub(super) const STRING: u8 = 0x60;
    pub(super) const BYTES: u8 = 0x70;
    pub(super) const ARRAY: u8 = 0x80;
    pub(super) const OBJECT: u8 = 0x90;
    /// Follows a zero byte that belongs to the text; two zeros end it.
    pub(super) const ESCAPE: u8 = 0xff;
    pub(super) const SIGN: u64 = 1 << 63;
}
