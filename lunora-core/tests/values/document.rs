//! The stored form of documents.

use lunora_core::{
    Object, Value,
    document::{EncodingError, decode_object, encode_object},
};
use proptest::prelude::*;

use crate::strategy::{config, nested, object_of, value};

fn encode(object: &Object) -> Vec<u8> {
    let mut bytes = Vec::new();
    encode_object(object, &mut bytes);
    bytes
}

/// The bytes of a stored document never change; a store written today has to open tomorrow.
#[test]
fn the_stored_form_is_pinned() {
    let document = Object::from_iter([
        ("a", Value::Null),
        ("b", Value::Bool(true)),
        ("c", Value::Int64(-2)),
        ("d", Value::Float64(300.0)),
        ("e", Value::Float64(0.5)),
        ("f", "hi".into()),
        ("g", Value::Bytes(vec![9])),
        ("h", vec![false].into()),
        ("i", Object::new().into()),
    ]);
    let expected: &[u8] = &[
        1, 9, 1, b'a', 0, 1, b'b', 2, 1, b'c', 3, 3, 1, b'd', 5, 0xd8, 4, 1, b'e', 4, 0, 0, 0, 0, 0, 0, 0xe0,
        0x3f, 1, b'f', 6, 2, b'h', b'i', 1, b'g', 7, 1, 9, 1, b'h', 8, 1, 1, 1, b'i', 9, 0,
    ];
    assert_eq!(encode(&document), expected);
}

#[test]
fn foreign_bytes_are_refused() {
    let cases: [(&[u8], EncodingError); 11] = [
        (&[], EncodingError::Truncated),
        (&[1], EncodingError::Truncated),
        (&[2, 0], EncodingError::UnknownVersion(2)),
        (&[1, 0, 0], EncodingError::TrailingBytes(1)),
        (&[1, 1, 1, b'a', 77], EncodingError::UnknownKind(77)),
        (&[1, 1, 1, 0xff, 0], EncodingError::NotUtf8),
        (&[1, 2, 1, b'b', 0, 1, b'a', 0], EncodingError::UnsortedNames),
        (&[1, 2, 1, b'a', 0, 1, b'a', 0], EncodingError::UnsortedNames),
        // A count of 2^63: nothing is allocated for it.
        (
            &[1, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1],
            EncodingError::Truncated,
        ),
        (
            &[1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2],
            EncodingError::NumberOutOfRange,
        ),
        // A whole double beyond 2^53 would not be whole.
        (
            &[
                1, 1, 0, 5, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1,
            ],
            EncodingError::NumberOutOfRange,
        ),
    ];
    for (bytes, error) in cases {
        assert_eq!(decode_object(bytes), Err(error), "{bytes:?}");
    }
}

#[test]
fn nesting_is_bounded() {
    let document = Object::from_iter([("a", nested(64))]);
    assert_eq!(decode_object(&encode(&document)), Ok(document));
    let mut bytes = vec![1, 1, 0];
    bytes.extend([8, 1].repeat(100_000));
    assert_eq!(decode_object(&bytes), Err(EncodingError::TooDeep));
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn documents_come_back_as_they_were(document in object_of(value())) {
        prop_assert_eq!(decode_object(&encode(&document)).unwrap(), document);
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        let _ = decode_object(&bytes);
        let _ = decode_object(&[&[1], bytes.as_slice()].concat());
    }

    #[test]
    fn damaged_documents_never_panic(
        document in object_of(value()), at in any::<prop::sample::Index>(), byte in any::<u8>()
    ) {
        let mut bytes = encode(&document);
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let _ = decode_object(&bytes);
        prop_assert!(decode_object(&bytes[..at]).is_err());
    }
}
