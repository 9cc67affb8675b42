//! Cursors: places in a range of an index, sealed so that a client can neither read nor make them.
//!
//! The key inside may be that of a row that a filter withheld. AES-GCM-SIV (RFC 8452) stays safe when a nonce is used
//! again, so the nonce is fixed: equal places have equal cursors, and a page that did not change is byte for byte what
//! it was.

use aes_gcm_siv::{
    Aes256GcmSiv, KeyInit, Nonce,
    aead::{Aead, Payload},
};
use data_encoding::BASE64URL_NOPAD;
use lunora_core::{
    error::Error,
    value::{Object, Value},
};

use crate::store::Key;

pub(super) const KEY_BYTES: usize = 32;

/// The key of the store that seals cursors.
pub(super) struct CursorKey(Aes256GcmSiv);

/// A place in a range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// Behind the last row there can be.
    End,
    /// Behind the row with this key.
    After(Key),
}

const END: u8 = 0;
const AFTER: u8 = 1;

impl CursorKey {
    pub(super) fn new(key: [u8; KEY_BYTES]) -> Self {
        Self(Aes256GcmSiv::new(&key.into()))
    }

    /// The text of a place. It opens with the same `scope` only.
    pub(super) fn seal(&self, place: &Place, scope: &[u8]) -> Result<String, Error> {
        let plain = match place {
            Place::End => vec![END],
            Place::After(key) => [&[AFTER], &**key].concat(),
        };
        let sealed = self.0.encrypt(
            &Nonce::default(),
            Payload {
                msg: &plain,
                aad: scope,
            },
        );
        // It fails for texts of gigabytes only.
        let sealed = sealed.map_err(|_| Error::internal("a cursor is too large to be sealed"))?;
        Ok(BASE64URL_NOPAD.encode(&sealed))
    }

    /// The place of a text that was sealed with this key and `scope`.
    pub(super) fn open(&self, text: &str, scope: &[u8]) -> Result<Place, Error> {
        let plain = BASE64URL_NOPAD.decode(text.as_bytes()).ok().and_then(|sealed| {
            self.0
                .decrypt(
                    &Nonce::default(),
                    Payload {
                        msg: &sealed,
                        aad: scope,
                    },
                )
                .ok()
        });
        match plain.as_deref() {
            Some([END]) => Ok(Place::End),
            Some([AFTER, key @ ..]) => Ok(Place::After(Key::from(key))),
            _ => Err(invalid_cursor()),
        }
    }
}

/// What npm's hooks look for: they start again from the first page.
fn invalid_cursor() -> Error {
    let message =
        "InvalidCursor: the cursor is not one of this query with these arguments; start from the first page";
    Error::app(Object::from_iter([
        ("isConvexSystemError", Value::Bool(true)),
        ("message", message.into()),
        ("paginationError", "InvalidCursor".into()),
    ]))
}

impl std::fmt::Debug for CursorKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CursorKey(..)")
    }
}
