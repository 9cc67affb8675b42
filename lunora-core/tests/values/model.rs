//! Values themselves: order, size, objects.

use std::{
    collections::hash_map::DefaultHasher,
    hash::{Hash, Hasher},
};

use lunora_core::{
    Object, Value,
    value::{FieldNameError, check_field_name},
};
use proptest::prelude::*;

use crate::strategy::{config, value};

#[test]
fn kinds_and_floats_are_in_the_order_of_the_semantics() {
    let sorted = [
        Value::Null,
        Value::Int64(i64::MIN),
        Value::Int64(7),
        Value::Float64(f64::NEG_INFINITY),
        Value::Float64(-1.0),
        Value::Float64(-0.0),
        Value::Float64(0.0),
        Value::Float64(f64::INFINITY),
        Value::Float64(f64::NAN),
        Value::Bool(false),
        Value::Bool(true),
        "".into(),
        "Z".into(),
        "a".into(),
        "ä".into(),
        Value::Bytes(vec![]),
        Value::Bytes(vec![0]),
        Value::Array(vec![]),
        Value::Array(vec![Value::Null]),
        Value::Array(vec![Value::Bool(true)]),
        Object::new().into(),
        Object::from_iter([("a", 1.0)]).into(),
        Object::from_iter([("a", 2.0)]).into(),
        Object::from_iter([("b", 0.0)]).into(),
    ];
    for pair in sorted.windows(2) {
        assert!(pair[0] < pair[1], "{:?} < {:?}", pair[0], pair[1]);
    }
}

#[test]
fn all_nans_are_one_value() {
    let other = Value::Float64(f64::from_bits(0xfff0_0000_0000_0001));
    assert_eq!(Value::Float64(f64::NAN), other);
    assert_eq!(hash(&Value::Float64(f64::NAN)), hash(&other));
}

#[test]
fn sizes_follow_the_accounting_of_the_protocol() {
    assert_eq!(Value::Null.size(), 1);
    assert_eq!(Value::Bool(true).size(), 1);
    assert_eq!(Value::Int64(1).size(), 9);
    assert_eq!(Value::Float64(1.0).size(), 9);
    assert_eq!(Value::from("abc").size(), 5);
    assert_eq!(Value::Bytes(vec![0; 4]).size(), 6);
    assert_eq!(Value::from(vec![true, false]).size(), 4);
    assert_eq!(
        Value::from(Object::from_iter([("ab", 1.0)])).size(),
        2 + 2 + 1 + 9
    );
}

#[test]
fn kinds_are_named_as_clients_know_them() {
    let names = [
        (Value::Null, "null"),
        (Value::Bool(true), "boolean"),
        (Value::Int64(1), "bigint"),
        (Value::Float64(1.0), "number"),
        ("".into(), "string"),
        (Value::Bytes(vec![]), "bytes"),
        (Value::Array(vec![]), "array"),
        (Object::new().into(), "object"),
    ];
    for (value, name) in names {
        assert_eq!(value.kind_name(), name);
    }
}

#[test]
fn of_several_fields_with_one_name_the_last_wins() {
    let object = Object::from_iter([("b", 1.0), ("a", 2.0), ("b", 3.0), ("a", 4.0), ("b", 5.0)]);
    assert_eq!(object, Object::from_iter([("a", 4.0), ("b", 5.0)]));
    assert_eq!(
        Object::from_iter([("a", 1.0), ("a", 2.0)]),
        Object::from_iter([("a", 2.0)])
    );
}

#[test]
fn an_object_is_changed_in_place() {
    let mut object = Object::new();
    assert_eq!(object.insert("b", 1.0), None);
    assert_eq!(object.insert("a", 2.0), None);
    assert_eq!(object.insert("b", 3.0), Some(Value::Float64(1.0)));
    assert_eq!(object.get("b"), Some(&Value::Float64(3.0)));
    assert_eq!(object.remove("a"), Some(Value::Float64(2.0)));
    assert_eq!(object.remove("a"), None);
    object.extend([("c", 1.0), ("b", 9.0)]);
    assert_eq!(object, Object::from_iter([("b", 9.0), ("c", 1.0)]));
    assert_eq!(object.len(), 2);
}

#[test]
fn field_names_are_printable_ascii_of_at_most_1024_characters() {
    for good in ["", "_id", "a b", "~", &"x".repeat(1024)] {
        assert_eq!(check_field_name(good), Ok(()));
    }
    assert!(matches!(check_field_name("$x"), Err(FieldNameError::Reserved(_))));
    for bad in ["ä", "a\n", "\u{7f}"] {
        assert!(matches!(
            check_field_name(bad),
            Err(FieldNameError::NotPrintableAscii(_))
        ));
    }
    assert_eq!(
        check_field_name(&"x".repeat(1025)),
        Err(FieldNameError::TooLong(1025))
    );
}

fn hash(value: &Value) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn equal_values_have_equal_hashes(left in value(), right in value()) {
        prop_assert_eq!(&left, &left.clone());
        if left == right {
            prop_assert_eq!(hash(&left), hash(&right));
        }
    }

    #[test]
    fn the_order_is_total(a in value(), b in value(), c in value()) {
        prop_assert_eq!(a.cmp(&b), b.cmp(&a).reverse());
        if a <= b && b <= c {
            prop_assert!(a <= c);
        }
    }
}
