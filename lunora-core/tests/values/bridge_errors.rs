//! What the bridge refuses, and in which words.

use std::collections::BTreeMap;

use lunora_core::{Bytes, Object, Value, from_value, from_value_strict, to_value};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

fn object<const N: usize>(fields: [(&str, Value); N]) -> Value {
    Object::from_iter(fields).into()
}

fn refused<T: DeserializeOwned + std::fmt::Debug>(value: impl Into<Value>) -> String {
    from_value::<T>(value.into()).unwrap_err().to_string()
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "only read into")]
struct Remote {
    plan: String,
    #[serde(default)]
    sizes: Vec<u8>,
    kind: Option<Kind>,
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "only read into")]
struct Args {
    remote: Remote,
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "only read into")]
enum Kind {
    Plain,
    Sized { width: u8 },
    Pair(u8, u8),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Closed {}

#[derive(Serialize)]
struct Renamed {
    #[serde(rename = "größe")]
    size: u8,
}

fn args<const N: usize>(remote: [(&str, Value); N]) -> Value {
    object([("remote", object(remote))])
}

#[test]
fn an_error_names_the_place_and_both_kinds() {
    let error = from_value::<Args>(args([("plan", 5.0.into())])).unwrap_err();
    assert_eq!(
        (error.path.as_str(), error.message.as_str()),
        ("remote.plan", "expected string, got number")
    );
    assert_eq!(
        error.in_field("args").to_string(),
        "args.remote.plan: expected string, got number"
    );

    let plan = || ("plan", Value::from("x"));
    let sizes = |item: Value| args([plan(), ("sizes", vec![Value::Float64(1.0), item].into())]);
    assert_eq!(
        refused::<Args>(sizes("x".into())),
        "remote.sizes[1]: expected number, got string"
    );
    assert_eq!(
        refused::<Args>(sizes(Value::Int64(1))),
        "remote.sizes[1]: expected number, got bigint"
    );
    assert_eq!(refused::<Args>(args([])), "remote.plan: missing required field");
    assert_eq!(refused::<Args>(object([])), "remote: missing required field");
    assert_eq!(
        refused::<Args>(object([("remote", vec![1.0].into())])),
        "remote: expected object, got array"
    );
    let width = object([("Sized", object([("width", 1.5.into())]))]);
    assert_eq!(
        refused::<Args>(args([plan(), ("kind", width)])),
        "remote.kind.Sized.width: expected integer that fits u8, got 1.5"
    );
    assert_eq!(
        refused::<BTreeMap<String, f64>>(object([("a b", true.into())])),
        r#"["a b"]: expected number, got boolean"#
    );
}

#[test]
fn kinds_are_not_mixed_up() {
    assert_eq!(refused::<f64>(Value::Int64(5)), "expected number, got bigint");
    assert_eq!(refused::<i32>(Value::Int64(5)), "expected number, got bigint");
    assert_eq!(refused::<i64>("5"), "expected bigint, got string");
    assert_eq!(refused::<String>(Value::Null), "expected string, got null");
    assert_eq!(refused::<bool>(1.0), "expected boolean, got number");
    assert_eq!(refused::<Bytes>("AQI="), "expected bytes, got string");
    assert_eq!(
        refused::<Vec<u8>>(Value::Bytes(vec![])),
        "expected array, got bytes"
    );
    assert_eq!(refused::<()>(1.0), "expected null, got number");
    assert_eq!(refused::<Option<bool>>("x"), "expected boolean, got string");
    assert!(
        refused::<char>("xy").contains("a character"),
        "{}",
        refused::<char>("xy")
    );
    assert_eq!(
        refused::<(u8, u8)>(vec![1.0]),
        "expected array of 2 elements, got 1"
    );
    assert_eq!(
        refused::<(u8, u8)>(vec![1.0; 3]),
        "expected array of 2 elements, got 3"
    );
    assert!(from_value::<i128>(Value::Int64(5)).is_err());
}

#[test]
fn integers_refuse_fractions_and_what_does_not_fit() {
    assert_eq!(refused::<u8>(256.0), "expected integer that fits u8, got 256");
    assert_eq!(refused::<i8>(-129.0), "expected integer that fits i8, got -129");
    assert_eq!(refused::<u32>(-1.0), "expected integer that fits u32, got -1");
    assert_eq!(refused::<i32>(0.5), "expected integer that fits i32, got 0.5");
    assert_eq!(
        refused::<i32>(f64::NAN),
        "expected integer that fits i32, got NaN"
    );
    assert_eq!(
        refused::<i64>(0.5),
        "expected bigint or integer within 2^53, got 0.5"
    );
    assert!(refused::<i64>(9_007_199_254_740_994.0).starts_with("expected bigint or integer within 2^53"));
    assert!(refused::<i64>(f64::INFINITY).starts_with("expected bigint or integer within 2^53"));
    assert_eq!(
        refused::<u64>(Value::Int64(-1)),
        "expected integer that is not negative, got -1"
    );
}

#[test]
fn enums_refuse_other_variants_and_contents() {
    assert_eq!(
        refused::<Kind>("Odd"),
        "unknown variant `Odd`, expected one of `Plain`, `Sized`, `Pair`"
    );
    assert_eq!(
        refused::<Kind>("Sized"),
        "variant `Sized` needs a content: {\"Sized\": ...}"
    );
    assert_eq!(
        refused::<Kind>(object([("Plain", 1.0.into())])),
        "Plain: expected null, got number"
    );
    assert_eq!(
        refused::<Kind>(object([("Pair", vec![1.0].into())])),
        "Pair: expected array of 2 elements, got 1"
    );
    assert_eq!(
        refused::<Kind>(5.0),
        "expected string or object with one field, got number"
    );
    let two = object([("Plain", Value::Null), ("Pair", Value::Null)]);
    assert_eq!(
        refused::<Kind>(two),
        "expected object with a variant's name as its only field, got 2 fields"
    );
}

#[test]
fn only_the_strict_reading_refuses_unknown_fields() {
    let value = || args([("plan", "x".into()), ("extra", Value::Null)]);
    assert!(from_value::<Args>(value()).is_ok());
    let error = from_value_strict::<Args>(value()).unwrap_err();
    assert_eq!(
        error.in_field("args").to_string(),
        "args.remote.extra: unknown field"
    );
    let kind = object([("Sized", object([("width", 1.0.into()), ("x", 1.0.into())]))]);
    assert_eq!(
        from_value_strict::<Kind>(kind).unwrap_err().to_string(),
        "Sized.x: unknown field"
    );
    assert_eq!(
        refused::<Closed>(object([("x", Value::Null)])),
        "x: unknown field"
    );
}

#[test]
fn what_has_no_value_is_refused_with_its_place() {
    #[derive(Serialize)]
    struct Wide {
        list: Vec<u64>,
    }
    let error = to_value(&Wide {
        list: vec![1, u64::MAX],
    })
    .unwrap_err();
    assert_eq!(
        error.to_string(),
        "list[1]: 18446744073709551615 is beyond the largest bigint, 9223372036854775807"
    );
    assert!(to_value(&5_i128).is_err());
    assert!(to_value(&5_u128).is_err());
}

#[test]
fn map_keys_have_to_be_field_names() {
    let keys = |key: &str| to_value(&BTreeMap::from([(key, 1)])).unwrap_err().to_string();
    assert_eq!(
        keys("ä"),
        "field name \"ä\" has characters outside printable ASCII; a map with such keys has to be an array of pairs"
    );
    assert_eq!(keys("$x"), "field name \"$x\" starts with `$`, which is reserved");
    assert_eq!(
        to_value(&BTreeMap::from([(1, 1)])).unwrap_err().to_string(),
        "expected string as the key of a map, got number"
    );
    assert!(to_value(&Renamed { size: 1 }).is_err());
}
