//! Arbitrary values, with a bias towards the ones that break things.

use lunora_core::{Object, Value};
use proptest::prelude::*;

pub(crate) fn config() -> ProptestConfig {
    let cases = std::env::var("LUNORA_FUZZ_CASES")
        .ok()
        .and_then(|cases| cases.parse().ok());
    ProptestConfig {
        cases: cases.unwrap_or(2000),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

pub(crate) fn float() -> impl Strategy<Value = f64> {
    let special = [
        0.0,
        -0.0,
        1.0,
        -1.0,
        5.5,
        f64::NAN,
        -f64::NAN,
        f64::from_bits(0x7ff0_0000_0000_0001),
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::MAX,
        f64::MIN,
        f64::MIN_POSITIVE,
        -f64::MIN_POSITIVE,
        f64::from_bits(1),
        9_007_199_254_740_991.0,
        9_007_199_254_740_992.0,
        -9_007_199_254_740_992.0,
        9_007_199_254_740_994.0,
        1e21,
    ];
    prop_oneof![
        3 => proptest::sample::select(special.to_vec()),
        1 => any::<u64>().prop_map(f64::from_bits),
        1 => any::<i32>().prop_map(f64::from),
        1 => -10.0..10.0,
    ]
}

fn integer() -> impl Strategy<Value = i64> {
    prop_oneof![
        any::<i64>(),
        -3_i64..3,
        proptest::sample::select(vec![i64::MIN, i64::MIN + 1, i64::MAX, 1 << 53, -(1 << 53)]),
    ]
}

fn text() -> impl Strategy<Value = String> {
    let special = [
        "",
        "\0",
        "\0\0",
        "a",
        "a\0",
        "a\0b",
        "ab",
        "\u{1}",
        "\u{ff}",
        "ä",
        "\u{1F600}",
        "\"\\\n",
        "\u{2028}",
    ];
    prop_oneof![
        3 => proptest::sample::select(special.to_vec()).prop_map(str::to_owned),
        1 => "[\\x00-\\x02a]{0,4}",
        1 => any::<String>(),
    ]
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        proptest::collection::vec(proptest::sample::select(vec![0, 1, 0xfe, 0xff]), 0..4),
        proptest::collection::vec(any::<u8>(), 0..12),
    ]
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[ab]{0,2}",
        1 => "[ -#%-~][ -~]{0,6}",
    ]
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        integer().prop_map(Value::Int64),
        float().prop_map(Value::Float64),
        text().prop_map(Value::String),
        bytes().prop_map(Value::Bytes),
    ]
}

pub(crate) fn object_of(inner: impl Strategy<Value = Value>) -> impl Strategy<Value = Object> {
    proptest::collection::vec((name(), inner), 0..4).prop_map(Object::from_iter)
}

pub(crate) fn value() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            object_of(inner).prop_map(Value::Object),
        ]
    })
}

/// An array in an array in an array, `depth` of them in all.
pub(crate) fn nested(depth: usize) -> Value {
    nested_around(Value::Null, depth)
}

pub(crate) fn nested_around(innermost: Value, depth: usize) -> Value {
    (0..depth).fold(innermost, |inner, _| Value::Array(vec![inner]))
}
