//! Index keys: the order of the bytes is the order of the values.

use std::cmp::Ordering;

use lunora_core::{
    Object, Value,
    key::{KeyError, decode_key_part, encode_key_part, prefix_successor},
};
use proptest::prelude::*;

use crate::strategy::{config, nested, value};

type Part = Option<Value>;

fn encode(parts: &[Part]) -> Vec<u8> {
    let mut key = Vec::new();
    for part in parts {
        encode_key_part(part.as_ref(), &mut key);
    }
    key
}

fn part() -> impl Strategy<Value = Part> {
    prop_oneof![
        1 => Just(None),
        6 => value().prop_map(Some),
    ]
}

fn composite() -> impl Strategy<Value = Vec<Part>> {
    proptest::collection::vec(part(), 1..5)
}

// The order of values, written down a second time and independently of `Ord for Value`.

fn naive_rank(value: &Value) -> usize {
    [
        "null", "bigint", "number", "boolean", "string", "bytes", "array", "object",
    ]
    .iter()
    .position(|kind| *kind == value.kind_name())
    .unwrap()
}

fn naive_floats(left: f64, right: f64) -> Ordering {
    match (left.is_nan(), right.is_nan()) {
        (true, true) => Ordering::Equal,
        (true, false) => Ordering::Greater,
        (false, true) => Ordering::Less,
        (false, false) if left == 0.0 && right == 0.0 => {
            right.is_sign_negative().cmp(&left.is_sign_negative())
        }
        (false, false) => left.partial_cmp(&right).unwrap(),
    }
}

fn naive(left: &Value, right: &Value) -> Ordering {
    match (left, right) {
        (Value::Int64(left), Value::Int64(right)) => left.cmp(right),
        (Value::Float64(left), Value::Float64(right)) => naive_floats(*left, *right),
        (Value::Bool(left), Value::Bool(right)) => left.cmp(right),
        (Value::String(left), Value::String(right)) => left.as_bytes().cmp(right.as_bytes()),
        (Value::Bytes(left), Value::Bytes(right)) => left.cmp(right),
        (Value::Array(left), Value::Array(right)) => naive_list(left.iter(), right.iter(), naive),
        (Value::Object(left), Value::Object(right)) => {
            naive_list(left.iter(), right.iter(), |left, right| {
                left.0.cmp(right.0).then_with(|| naive(left.1, right.1))
            })
        }
        _ => naive_rank(left).cmp(&naive_rank(right)),
    }
}

fn naive_list<T>(
    mut left: impl Iterator<Item = T>,
    mut right: impl Iterator<Item = T>,
    compare: impl Fn(T, T) -> Ordering,
) -> Ordering {
    loop {
        match (left.next(), right.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(left), Some(right)) => match compare(left, right) {
                Ordering::Equal => {}
                other => return other,
            },
        }
    }
}

fn naive_composite(left: &[Part], right: &[Part]) -> Ordering {
    naive_list(left.iter(), right.iter(), |left, right| match (left, right) {
        (None, None) => Ordering::Equal,
        (None, Some(_)) => Ordering::Less,
        (Some(_), None) => Ordering::Greater,
        (Some(left), Some(right)) => naive(left, right),
    })
}

/// Index keys are stored; a store written today has to open tomorrow.
#[test]
fn the_stored_form_is_pinned() {
    let object = Object::from_iter([("x", Value::Null)]);
    let cases: [(Part, &[u8]); 11] = [
        (None, &[0x10]),
        (Some(Value::Null), &[0x20]),
        (
            Some(Value::Int64(-1)),
            &[0x30, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        ),
        (Some(Value::Float64(1.0)), &[0x40, 0xbf, 0xf0, 0, 0, 0, 0, 0, 0]),
        (
            Some(Value::Float64(-1.0)),
            &[0x40, 0x40, 0x0f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        ),
        (Some(Value::Bool(false)), &[0x50]),
        (Some(Value::Bool(true)), &[0x51]),
        (Some("a\0b".into()), &[0x60, b'a', 0, 0xff, b'b', 0, 0]),
        (Some(Value::Bytes(vec![0])), &[0x70, 0, 0xff, 0, 0]),
        (Some(vec![true].into()), &[0x80, 0x51, 0]),
        (Some(object.into()), &[0x90, 1, b'x', 0, 0, 0x20, 0]),
    ];
    for (part, key) in cases {
        assert_eq!(encode(&[part]), key);
    }
}

#[test]
fn absent_sorts_before_null() {
    assert!(encode(&[None]) < encode(&[Some(Value::Null)]));
}

#[test]
fn damaged_keys_are_refused() {
    assert_eq!(decode_key_part(&[]), Err(KeyError::Truncated));
    assert_eq!(decode_key_part(&[0xfe]), Err(KeyError::UnknownTag(0xfe)));
    assert_eq!(decode_key_part(&[0x60, b'a', 0]), Err(KeyError::Truncated));
    assert_eq!(decode_key_part(&[0x60, 0xff, 0, 0]), Err(KeyError::NotUtf8));
    assert_eq!(decode_key_part(&[0x60, 0, 7]), Err(KeyError::BadEscape(7)));
    assert_eq!(decode_key_part(&vec![0x80; 1_000_000]), Err(KeyError::TooDeep));
    assert!(decode_key_part(&encode(&[Some(nested(64))])).is_ok());
}

#[test]
fn the_successor_of_a_prefix_is_the_next_key_outside_it() {
    assert_eq!(prefix_successor(&[1, 2]), Some(vec![1, 3]));
    assert_eq!(prefix_successor(&[1, 0xff, 0xff]), Some(vec![2]));
    assert_eq!(prefix_successor(&[0xff]), None);
    assert_eq!(prefix_successor(&[]), None);
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn bytes_compare_as_the_values_do(left in composite(), right in composite()) {
        prop_assert_eq!(encode(&left).cmp(&encode(&right)), naive_composite(&left, &right));
    }

    #[test]
    fn single_values_compare_alike_three_times(left in value(), right in value()) {
        let expected = naive(&left, &right);
        prop_assert_eq!(left.cmp(&right), expected);
        prop_assert_eq!(encode(&[Some(left)]).cmp(&encode(&[Some(right)])), expected);
    }

    #[test]
    fn a_change_in_the_last_part_decides(
        prefix in composite(), left in part(), right in part(), rest in composite()
    ) {
        let key = |part: &Part| {
            let parts: Vec<Part> = prefix.iter().chain([part]).chain(&rest).cloned().collect();
            encode(&parts)
        };
        let expected = naive_composite(std::slice::from_ref(&left), std::slice::from_ref(&right));
        prop_assert_eq!(key(&left).cmp(&key(&right)), expected);
    }

    #[test]
    fn keys_decode_to_what_they_were_made_of(parts in composite()) {
        let key = encode(&parts);
        let mut rest = key.as_slice();
        for part in parts {
            let (decoded, after) = decode_key_part(rest).unwrap();
            prop_assert_eq!(decoded, part);
            rest = after;
        }
        prop_assert!(rest.is_empty());
    }

    #[test]
    fn the_first_parts_are_a_prefix_and_its_successor_bounds_it(first in composite(), more in composite()) {
        let all: Vec<Part> = first.iter().chain(&more).cloned().collect();
        let (prefix, key) = (encode(&first), encode(&all));
        prop_assert!(key.starts_with(&prefix));
        prop_assert!(key < prefix_successor(&prefix).unwrap());
    }

    #[test]
    fn a_successor_excludes_every_other_prefix(left in composite(), right in composite()) {
        let (prefix, key) = (encode(&left), encode(&right));
        let inside = key >= prefix && key < prefix_successor(&prefix).unwrap();
        prop_assert_eq!(inside, key.starts_with(&prefix));
    }

    #[test]
    fn arbitrary_bytes_never_panic(key in proptest::collection::vec(any::<u8>(), 0..64)) {
        let _ = decode_key_part(&key);
    }

    #[test]
    fn damaged_keys_never_panic(parts in composite(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut key = encode(&parts);
        let at = at.index(key.len());
        key[at] = byte;
        let _ = decode_key_part(&key);
        let _ = decode_key_part(&key[..at]);
    }
}
