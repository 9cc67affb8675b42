//! Bytes back to documents; any bytes may come, and none may cost more memory or stack than they are worth.

use super::{VERSION, kind};
use crate::value::{FieldName, MAX_SAFE_INTEGER, Object, Value};

/// Deeper than any value that functions can make; it only guards the stack against foreign bytes.
const MAX_DEPTH: usize = 256;

/// How many elements to make room for before having seen them.
const MAX_RESERVED: usize = 256;

/// Bytes that are not a stored document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EncodingError {
    /// The bytes end too early.
    #[error("the document's bytes end too early")]
    Truncated,
    /// There are bytes after the document.
    #[error("{0} bytes follow the document")]
    TrailingBytes(usize),
    /// The document was written by another version.
    #[error("the document has encoding version {0}, expected {VERSION}")]
    UnknownVersion(u8),
    /// A value is of a kind that does not exist.
    #[error("the document has a value of unknown kind {0}")]
    UnknownKind(u8),
    /// A number is longer than 64 bits, or out of its kind's range.
    #[error("the document has a number out of range")]
    NumberOutOfRange,
    /// A string or name is not UTF-8.
    #[error("the document has a string that is not UTF-8")]
    NotUtf8,
    /// The names of an object are not sorted, or one is there twice.
    #[error("the document has an object whose names are not in order")]
    UnsortedNames,
    /// Arrays and objects nest too deeply.
    #[error("the document nests deeper than {MAX_DEPTH} levels")]
    TooDeep,
}

/// Reads a document from its stored form.
pub fn decode_object(bytes: &[u8]) -> Result<Object, EncodingError> {
    let mut reader = Reader { rest: bytes };
    match reader.byte()? {
        VERSION => {}
        other => return Err(EncodingError::UnknownVersion(other)),
    }
    let object = reader.fields(0)?;
    match reader.rest.len() {
        0 => Ok(object),
        trailing => Err(EncodingError::TrailingBytes(trailing)),
    }
}

struct Reader<'b> {
    rest: &'b [u8],
}

impl<'b> Reader<'b> {
    fn byte(&mut self) -> Result<u8, EncodingError> {
        let (&byte, rest) = self.rest.split_first().ok_or(EncodingError::Truncated)?;
        self.rest = rest;
        Ok(byte)
    }

    fn take(&mut self, len: usize) -> Result<&'b [u8], EncodingError> {
        let (taken, rest) = self.rest.split_at_checked(len).ok_or(EncodingError::Truncated)?;
        self.rest = rest;
        Ok(taken)
    }

    fn varint(&mut self) -> Result<u64, EncodingError> {
        let mut number = 0_u64;
        for shift in (0..u64::BITS).step_by(7) {
            let byte = self.byte()?;
            let part = u64::from(byte & 0x7f);
            if part << shift >> shift != part {
                return Err(EncodingError::NumberOutOfRange);
            }
            number |= part << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(EncodingError::NumberOutOfRange)
    }

    /// A length or count; each unit of it takes at least a byte, so one beyond the rest is a lie.
    fn len(&mut self) -> Result<usize, EncodingError> {
        let len = usize::try_from(self.varint()?).map_err(|_| EncodingError::Truncated)?;
        if len > self.rest.len() {
            Err(EncodingError::Truncated)
        } else {
            Ok(len)
        }
    }

    fn bytes(&mut self) -> Result<&'b [u8], EncodingError> {
        let len = self.len()?;
        self.take(len)
    }

    fn text(&mut self) -> Result<&'b str, EncodingError> {
        std::str::from_utf8(self.bytes()?).map_err(|_| EncodingError::NotUtf8)
    }

    fn integer(&mut self) -> Result<i64, EncodingError> {
        let zigzag = self.varint()?;
        Ok((zigzag >> 1).cast_signed() ^ -(zigzag & 1).cast_signed())
    }

    fn whole_float(&mut self) -> Result<f64, EncodingError> {
        let integer = self.integer()?;
        if integer.unsigned_abs() > MAX_SAFE_INTEGER.unsigned_abs() {
            return Err(EncodingError::NumberOutOfRange);
        }
        #[expect(clippy::cast_precision_loss, reason = "exact within 2^53, which is checked")]
        Ok(integer as f64)
    }

    fn float(&mut self) -> Result<f64, EncodingError> {
        let (bytes, rest) = self.rest.split_first_chunk().ok_or(EncodingError::Truncated)?;
        self.rest = rest;
        Ok(f64::from_le_bytes(*bytes))
    }

    /// `depth` is the number of arrays and objects around this value.
    fn value(&mut self, depth: usize) -> Result<Value, EncodingError> {
        Ok(match self.byte()? {
            kind::NULL => Value::Null,
            kind::FALSE => Value::Bool(false),
            kind::TRUE => Value::Bool(true),
            kind::INT64 => Value::Int64(self.integer()?),
            kind::FLOAT64 => Value::Float64(self.float()?),
            kind::WHOLE_FLOAT64 => Value::Float64(self.whole_float()?),
            kind::STRING => Value::String(self.text()?.to_owned()),
            kind::BYTES => Value::Bytes(self.bytes()?.to_vec()),
            kind::ARRAY => Value::Array(self.items(depth)?),
            kind::OBJECT => Value::Object(self.fields(depth)?),
            other => return Err(EncodingError::UnknownKind(other)),
        })
    }

    fn items(&mut self, depth: usize) -> Result<Vec<Value>, EncodingError> {
        check_depth(depth)?;
        let len = self.len()?;
        let mut items = Vec::with_capacity(len.min(MAX_RESERVED));
        for _ in 0..len {
            items.push(self.value(depth + 1)?);
        }
        Ok(items)
    }

    fn fields(&mut self, depth: usize) -> Result<Object, EncodingError> {
        check_depth(depth)?;
        let len = self.len()?;
        let mut entries: Vec<(FieldName, Value)> = Vec::with_capacity(len.min(MAX_RESERVED));
        for _ in 0..len {
            let name = self.text()?;
            if entries.last().is_some_and(|(last, _)| last.as_str() >= name) {
                return Err(EncodingError::UnsortedNames);
            }
            entries.push((name.into(), self.value(depth + 1)?));
        }
        Ok(Object::from_entries(entries))
    }
}

fn check_depth(depth: usize) -> Result<(), EncodingError> {
    if depth >= MAX_DEPTH {
        Err(EncodingError::TooDeep)
    } else {
        Ok(())
    }
}
