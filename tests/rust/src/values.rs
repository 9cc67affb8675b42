//! Values of every kind, as Rust has them.

use convex::Value;

pub(crate) fn all() -> Vec<Value> {
    let mut values = vec![
        Value::Null,
        true.into(),
        "".into(),
        "grüße \u{1f642} \"quoted\"\n".into(),
        vec![0u8, 1, 255].into(),
        Value::Array(vec![]),
        Value::Array(vec![1.0.into(), "a".into(), Value::Array(vec![Value::Null])]),
        object([]),
        object([
            ("a", 1.0.into()),
            ("b", object([("c", Value::Array(vec![2.into()]))])),
        ]),
    ];
    values.extend(
        [
            0.0,
            -0.0,
            1.5,
            5.0,
            -2.5e300,
            f64::NAN,
            f64::INFINITY,
            f64::NEG_INFINITY,
        ]
        .map(Value::from),
    );
    values.extend([0, 5, -1, i64::MAX, i64::MIN].map(Value::from));
    values
}

fn object<const N: usize>(fields: [(&str, Value); N]) -> Value {
    Value::Object(fields.map(|(name, value)| (name.to_owned(), value)).into())
}
