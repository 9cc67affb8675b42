//! Document ids: 16 random bytes that know their table and carry a checksum.

use std::{cmp::Ordering, fmt, hash, marker::PhantomData, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{base32, table::Table};

/// Number of the random bytes of an id.
pub const RANDOM_BYTES: usize = 16;
const TABLE_BYTES: usize = 4;
const CHECKSUM_BYTES: usize = 2;
const TOTAL_BYTES: usize = TABLE_BYTES + RANDOM_BYTES + CHECKSUM_BYTES;

/// A table as ids and keys name it: a hash of its name, so that an id can be checked without the store.
///
/// Two tables of one application whose names have one hash are refused at the start.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TableTag(u32);

impl TableTag {
    /// The tag of the table with this name: FNV-1a, 32 bits.
    pub const fn of(name: &str) -> Self {
        let bytes = name.as_bytes();
        let mut hash = 0x811c_9dc5_u32;
        let mut at = 0;
        while at < bytes.len() {
            hash = (hash ^ bytes[at] as u32).wrapping_mul(0x0100_0193);
            at += 1;
        }
        Self(hash)
    }

    /// Big endian, as it stands in keys.
    pub const fn to_bytes(self) -> [u8; TABLE_BYTES] {
        self.0.to_be_bytes()
    }

    /// The inverse of [`TableTag::to_bytes`].
    pub const fn from_bytes(bytes: [u8; TABLE_BYTES]) -> Self {
        Self(u32::from_be_bytes(bytes))
    }
}

impl fmt::Debug for TableTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TableTag({:08x})", self.0)
    }
}

/// An id whose table is known at run time only.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocumentId {
    /// The table that the document belongs to.
    pub table: TableTag,
    /// The random part.
    pub random: [u8; RANDOM_BYTES],
}

/// Why a text is not an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdError {
    /// Not the text of an id: wrong length, alphabet or checksum.
    #[error("expected a document id, got a string that is not one")]
    Malformed,
    /// An id, but of another table.
    #[error("expected an id of table `{expected}`, got an id of another table")]
    OtherTable {
        /// The table whose id was expected.
        expected: &'static str,
    },
}

impl DocumentId {
    fn checksum(bytes: &[u8]) -> [u8; CHECKSUM_BYTES] {
        // Fletcher-16 (RFC 1146): finds every single wrong character and every swap of neighbours.
        let (mut low, mut high) = (0_u16, 0_u16);
        for byte in bytes {
            low = (low + u16::from(*byte)) % 255;
            high = (high + low) % 255;
        }
        [
            u8::try_from(low).unwrap_or(u8::MAX),
            u8::try_from(high).unwrap_or(u8::MAX),
        ]
    }

    fn to_bytes(self) -> [u8; TOTAL_BYTES] {
        let mut bytes = [0; TOTAL_BYTES];
        bytes[..TABLE_BYTES].copy_from_slice(&self.table.to_bytes());
        bytes[TABLE_BYTES..TABLE_BYTES + RANDOM_BYTES].copy_from_slice(&self.random);
        let sum = Self::checksum(&bytes[..TABLE_BYTES + RANDOM_BYTES]);
        bytes[TABLE_BYTES + RANDOM_BYTES..].copy_from_slice(&sum);
        bytes
    }
}

impl fmt::Display for DocumentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&base32::encode(&self.to_bytes()))
    }
}

impl fmt::Debug for DocumentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DocumentId({self})")
    }
}

impl FromStr for DocumentId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let bytes = base32::decode(text).ok_or(IdError::Malformed)?;
        let bytes: [u8; TOTAL_BYTES] = bytes.try_into().map_err(|_| IdError::Malformed)?;
        let (table, rest) = bytes
            .split_first_chunk::<TABLE_BYTES>()
            .ok_or(IdError::Malformed)?;
        let (random, _) = rest
            .split_first_chunk::<RANDOM_BYTES>()
            .ok_or(IdError::Malformed)?;
        let id = Self {
            table: TableTag::from_bytes(*table),
            random: *random,
        };
        if id.to_bytes() == bytes {
            Ok(id)
        } else {
            Err(IdError::Malformed)
        }
    }
}

/// The id of a document of table `T`. Travels as a string and is checked to belong to `T` when it comes in.
pub struct Id<T> {
    random: [u8; RANDOM_BYTES],
    table: PhantomData<fn() -> T>,
}

impl<T: Table> Id<T> {
    /// The id without its static table.
    pub fn untyped(self) -> DocumentId {
        DocumentId {
            table: TableTag::of(T::NAME),
            random: self.random,
        }
    }

    /// The id with its table, if it belongs to it.
    pub fn try_from_untyped(id: DocumentId) -> Result<Self, IdError> {
        if id.table != TableTag::of(T::NAME) {
            return Err(IdError::OtherTable { expected: T::NAME });
        }
        Ok(Self {
            random: id.random,
            table: PhantomData,
        })
    }
}

impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Id<T> {}
impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.random == other.random
    }
}
impl<T> Eq for Id<T> {}
impl<T> PartialOrd for Id<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl<T> Ord for Id<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.random.cmp(&other.random)
    }
}
impl<T> hash::Hash for Id<T> {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.random.hash(state);
    }
}

impl<T: Table> fmt::Display for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.untyped().fmt(f)
    }
}

impl<T: Table> fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Id<{}>({self})", T::NAME)
    }
}

impl<T: Table> FromStr for Id<T> {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        Self::try_from_untyped(text.parse()?)
    }
}

impl<T: Table> Serialize for Id<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de, T: Table> Deserialize<'de> for Id<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text<T>(PhantomData<fn() -> T>);
        impl<T: Table> de::Visitor<'_> for Text<T> {
            type Value = Id<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "an id of table `{}`", T::NAME)
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Id<T>, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Text(PhantomData))
    }
}
