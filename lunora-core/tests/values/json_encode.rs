//! Values to JSON, byte for byte.

use lunora_core::{
    Object, Value,
    json::{self, Format, to_clean_string, to_encoded_string},
};

fn export(value: &Value) -> String {
    let mut out = Vec::new();
    json::write(Format::Export, value, &mut out);
    String::from_utf8(out).unwrap()
}

/// Section 1 of the protocol.
fn examples() -> Vec<(Value, &'static str)> {
    vec![
        (Value::Null, "null"),
        (Value::Bool(true), "true"),
        (Value::Bool(false), "false"),
        (Value::Float64(5.0), "5.0"),
        (Value::Float64(0.0), "0.0"),
        (Value::Float64(-1.5), "-1.5"),
        (Value::Float64(-0.0), r#"{"$float":"AAAAAAAAAIA="}"#),
        (Value::Float64(f64::NAN), r#"{"$float":"AAAAAAAA+H8="}"#),
        (Value::Float64(-f64::NAN), r#"{"$float":"AAAAAAAA+H8="}"#),
        (Value::Float64(f64::INFINITY), r#"{"$float":"AAAAAAAA8H8="}"#),
        (Value::Float64(f64::NEG_INFINITY), r#"{"$float":"AAAAAAAA8P8="}"#),
        (Value::Int64(5), r#"{"$integer":"BQAAAAAAAAA="}"#),
        (Value::Int64(-1), r#"{"$integer":"//////////8="}"#),
        (Value::Bytes(vec![1, 2]), r#"{"$bytes":"AQI="}"#),
        (Value::Bytes(vec![]), r#"{"$bytes":""}"#),
        ("a\"\\\n\u{1}ä/".into(), "\"a\\\"\\\\\\n\\u0001ä/\""),
        (vec![Value::Null, "x".into()].into(), r#"[null,"x"]"#),
        (Value::Array(vec![]), "[]"),
        (Object::new().into(), "{}"),
        (
            Object::from_iter([("b", 1.0), ("a\"", 2.0), ("", 3.0)]).into(),
            r#"{"":3.0,"a\"":2.0,"b":1.0}"#,
        ),
    ]
}

#[test]
fn the_encoded_form_has_the_bytes_of_the_protocol() {
    for (value, text) in examples() {
        assert_eq!(to_encoded_string(&value), text);
        assert_eq!(json::parse(text.as_bytes()).unwrap(), value);
        assert_eq!(serde_json::to_string(&value).unwrap(), text, "serde");
        assert_eq!(serde_json::from_str::<Value>(text).unwrap(), value, "serde");
    }
}

#[test]
fn every_ordinary_float_has_a_point_or_an_exponent() {
    for number in [
        1e15,
        1e16,
        1e17,
        1e21,
        1e300,
        -1e-7,
        9_007_199_254_740_993.0,
        f64::MAX,
        f64::from_bits(1),
    ] {
        let text = to_encoded_string(&Value::Float64(number));
        assert!(text.contains(['.', 'e']), "{text}");
        assert_eq!(json::parse(text.as_bytes()).unwrap(), Value::Float64(number));
    }
}

#[test]
fn the_clean_form_is_lossy() {
    let value = Object::from_iter([
        ("int", Value::Int64(-5)),
        ("nan", f64::NAN.into()),
        ("inf", f64::INFINITY.into()),
        ("ninf", f64::NEG_INFINITY.into()),
        ("zero", (-0.0).into()),
        ("bytes", Value::Bytes(vec![1, 2])),
        ("list", vec![1.0].into()),
    ]);
    assert_eq!(
        to_clean_string(&value.into()),
        r#"{"bytes":"AQI=","inf":"Infinity","int":"-5","list":[1.0],"nan":"NaN","ninf":"-Infinity","zero":-0.0}"#
    );
}

#[test]
fn the_export_form_tells_integers_by_the_missing_point() {
    let value = vec![
        Value::Int64(5),
        5.0.into(),
        (-0.0).into(),
        f64::INFINITY.into(),
        Value::Bytes(vec![1, 2]),
    ];
    assert_eq!(
        export(&value.into()),
        r#"[5,5.0,-0.0,{"$float":"AAAAAAAA8H8="},{"$bytes":"AQI="}]"#
    );
}

#[test]
fn formats_have_the_names_of_the_protocol() {
    assert_eq!(Format::parse("convex_encoded_json"), Ok(Format::Encoded));
    assert_eq!(Format::parse("convex_json"), Ok(Format::Encoded));
    assert_eq!(Format::parse("json"), Ok(Format::Clean));
    assert_eq!(Format::parse("convex_clean_json"), Ok(Format::Clean));
    assert_eq!(Format::parse("export_json"), Ok(Format::Export));
    assert!(Format::parse("JSON").is_err());
    assert_eq!(Format::default(), Format::Clean);
}
