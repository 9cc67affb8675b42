//! Bytes that many hold: keys and values.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

/// As many bytes lie within. The key of a document has 21.
const INLINE: usize = 22;

/// Bytes that never change and are cheap to copy: few of them lie within, more are shared and counted in the piece of
/// memory in which they lie.
///
/// Layers, caches and the feed hold the same keys and values by the hundred thousand, and a search compares one key after
/// the other. Each that lies elsewhere is one more place to fetch.
#[derive(Clone)]
pub struct Blob(Place);

#[derive(Clone)]
enum Place {
    Within { len: u8, bytes: [u8; INLINE] },
    Shared(Arc<[u8]>),
}

impl Blob {
    /// The memory that it takes beside itself, roughly: counters, and the bytes.
    pub(crate) fn bytes_elsewhere(&self) -> usize {
        match &self.0 {
            Place::Within { .. } => 0,
            Place::Shared(bytes) => 2 * size_of::<usize>() + bytes.len(),
        }
    }
}

impl Deref for Blob {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match &self.0 {
            Place::Within { len, bytes } => bytes.get(..usize::from(*len)).unwrap_or(bytes),
            Place::Shared(bytes) => bytes,
        }
    }
}

impl Borrow<[u8]> for Blob {
    fn borrow(&self) -> &[u8] {
        self
    }
}

impl AsRef<[u8]> for Blob {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

impl Default for Blob {
    fn default() -> Self {
        Self::from(&[])
    }
}

impl PartialEq for Blob {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Blob {}

impl PartialOrd for Blob {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Blob {
    fn cmp(&self, other: &Self) -> Ordering {
        (**self).cmp(&**other)
    }
}

/// As the bytes themselves, by which maps are asked.
impl Hash for Blob {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

impl From<&[u8]> for Blob {
    fn from(bytes: &[u8]) -> Self {
        let mut within = [0; INLINE];
        match (within.get_mut(..bytes.len()), u8::try_from(bytes.len())) {
            (Some(place), Ok(len)) => {
                place.copy_from_slice(bytes);
                Self(Place::Within { len, bytes: within })
            }
            _ => Self(Place::Shared(bytes.into())),
        }
    }
}

impl<const N: usize> From<&[u8; N]> for Blob {
    fn from(bytes: &[u8; N]) -> Self {
        Self::from(&bytes[..])
    }
}

impl<const N: usize> From<[u8; N]> for Blob {
    fn from(bytes: [u8; N]) -> Self {
        Self::from(&bytes)
    }
}

impl From<&str> for Blob {
    fn from(text: &str) -> Self {
        Self::from(text.as_bytes())
    }
}

impl From<String> for Blob {
    fn from(text: String) -> Self {
        Self::from(text.as_bytes())
    }
}

impl From<Vec<u8>> for Blob {
    fn from(bytes: Vec<u8>) -> Self {
        Self::from(&bytes[..])
    }
}

impl fmt::Debug for Blob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "b\"{}\"", self.escape_ascii())
    }
}

#[cfg(test)]
mod tests {
    use std::hash::BuildHasher;

    use super::*;

    #[test]
    fn it_is_what_was_put_in_wherever_that_lies() {
        assert_eq!(size_of::<Blob>(), 24);
        let bytes: Vec<u8> = (0..64).collect();
        let hash = foldhash::fast::RandomState::default();
        for len in 0..bytes.len() {
            let (blob, shorter) = (Blob::from(&bytes[..len]), Blob::from(&bytes[..len / 2]));
            assert_eq!(*blob, bytes[..len]);
            assert_eq!(blob, blob.clone());
            assert_eq!(blob.cmp(&shorter), bytes[..len].cmp(&bytes[..len / 2]));
            assert_eq!(hash.hash_one(&blob), hash.hash_one(&bytes[..len]));
        }
    }
}
