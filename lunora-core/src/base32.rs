//! Lower case Crockford base32 without padding: the alphabet of document ids.

use std::sync::LazyLock;

use data_encoding::{Encoding, Specification};

static CROCKFORD: LazyLock<Encoding> = LazyLock::new(|| {
    let mut specification = Specification::new();
    specification.symbols.push_str("0123456789abcdefghjkmnpqrstvwxyz");
    // The alphabet is a constant of 32 distinct ASCII characters, which is all that can be wrong with it.
    specification.encoding().expect("the alphabet is valid")
});

/// The text of `bytes`.
pub(crate) fn encode(bytes: &[u8]) -> String {
    CROCKFORD.encode(bytes)
}

/// The bytes of `text`, if it is exactly what [`encode`] writes.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    CROCKFORD.decode(text.as_bytes()).ok()
}
