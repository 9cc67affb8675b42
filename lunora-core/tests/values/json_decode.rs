//! JSON to values: the rules of the protocol, their limits, and anything else a client may send.

use lunora_core::{
    Value,
    json::{ValueSeed, parse, parse_named, to_clean_string, to_encoded_string},
};
use proptest::prelude::*;
use serde::de::DeserializeSeed;

use crate::strategy::{config, nested, nested_around, value};

fn error(text: &str) -> String {
    parse_named(text.as_bytes(), "args").unwrap_err().to_string()
}

#[test]
fn a_plain_number_is_always_a_float64() {
    for (text, number) in [
        ("5", 5.0),
        ("-5", -5.0),
        ("5.0", 5.0),
        ("5e0", 5.0),
        ("-0", -0.0),
        ("18446744073709551615", 18_446_744_073_709_551_615.0),
        ("-9223372036854775808", -9_223_372_036_854_775_808.0),
        ("9007199254740993", 9_007_199_254_740_992.0),
        (
            "123456789012345678901234567890",
            123_456_789_012_345_678_901_234_567_890.0,
        ),
        ("1e-400", 0.0),
    ] {
        assert_eq!(parse(text.as_bytes()).unwrap(), Value::Float64(number), "{text}");
    }
}

#[test]
fn a_number_beyond_every_double_is_refused() {
    assert!(
        error("1e400").contains("number out of range"),
        "{}",
        error("1e400")
    );
    assert!(error(&"9".repeat(400)).contains("number out of range"));
}

#[test]
fn a_special_form_is_the_only_field_of_its_object() {
    for (text, message) in [
        (
            r#"{"$integer":"BQAAAAAAAAA=","a":1}"#,
            "args: `$integer` has to be the only field of its object",
        ),
        (
            r#"{"a":1,"$integer":"BQAAAAAAAAA="}"#,
            "args: `$integer` has to be the only field of its object",
        ),
        (
            r#"{"$integer":"BQAAAAAAAAA=","$bytes":""}"#,
            "args: `$integer` has to be the only field of its object",
        ),
        (
            r#"{"$set":[]}"#,
            "args: `$set` is a retired kind of value; use an array",
        ),
        (
            r#"{"$map":[]}"#,
            "args: `$map` is a retired kind of value; use an array",
        ),
        (
            r#"{"$commitTs":null}"#,
            "args: `$commitTs` is internal and cannot be sent",
        ),
        (
            r#"{"$undefined":null}"#,
            "args: `$undefined` is internal and cannot be sent",
        ),
        (
            r#"{"$x":1}"#,
            "args: field name \"$x\" starts with `$`, which is reserved",
        ),
        (
            r#"{"$integer":5}"#,
            "args: `$integer` needs a base64 string, got number",
        ),
        (r#"{"$integer":"BQ=="}"#, "args: `$integer` needs 8 bytes, got 1"),
        (
            r#"{"$float":"AAAAAAAAFEA="}"#,
            "args: `$float` holds 5.0, which has to be a plain JSON number",
        ),
        (
            r#"{"$float":"AAAAAAAAAAA="}"#,
            "args: `$float` holds 0.0, which has to be a plain JSON number",
        ),
    ] {
        assert_eq!(error(text), message);
    }
    for bad_base64 in ["AQI", "AQI=\\n", "A_I=", "AQJ="] {
        let message = error(&format!(r#"{{"$bytes":"{bad_base64}"}}"#));
        assert!(
            message.starts_with("args: `$bytes` is not standard base64"),
            "{message}"
        );
    }
}

#[test]
fn any_nan_is_accepted() {
    for base64 in ["AAAAAAAA+H8=", "AAAAAAAA+P8=", "AQAAAAAA8H8="] {
        let text = format!(r#"{{"$float":"{base64}"}}"#);
        assert_eq!(parse(text.as_bytes()).unwrap(), Value::Float64(f64::NAN));
    }
}

#[test]
fn of_repeated_fields_the_last_wins() {
    assert_eq!(
        parse(br#"{"b":0,"a":1,"a":2}"#).unwrap(),
        parse(br#"{"a":2,"b":0}"#).unwrap()
    );
    let special = br#"{"$integer":"AAAAAAAAAAA=","$integer":"BQAAAAAAAAA="}"#;
    assert_eq!(parse(special).unwrap(), Value::Int64(5));
}

#[test]
fn errors_name_the_place() {
    let deep = r#"{"remote":[0,1,2,{"x":{"$set":[]}}]}"#;
    assert_eq!(
        error(deep),
        "args.remote[3].x: `$set` is a retired kind of value; use an array"
    );
    assert_eq!(
        error(r#"{"a":{"ä":1}}"#),
        "args.a: field name \"ä\" has characters outside printable ASCII; a map with such keys has to be an array of pairs"
    );
    assert!(error(r#"{"a b":[{"$x":1}]}"#).starts_with(r#"args["a b"][0]: "#));
    let unnamed = parse(br#"{"a":{"$x":1}}"#).unwrap_err().to_string();
    assert!(unnamed.starts_with("a: field name"), "{unnamed}");
    assert!(
        parse(b"[{\"$x\":1}]")
            .unwrap_err()
            .to_string()
            .starts_with("[0]: ")
    );
}

#[test]
fn text_that_is_not_json_is_refused_with_its_position() {
    for text in [
        "",
        "{",
        "[1,]",
        "nul",
        "5 6",
        "NaN",
        "'a'",
        "{\"a\"}",
        "\"\u{1}\"",
        "01",
        "\"\\ud800\"",
    ] {
        let error = parse(text.as_bytes()).unwrap_err();
        assert!(
            error.line > 0 && error.message.contains("line"),
            "{text}: {error}"
        );
    }
    assert!(parse(b"\"\xff\"").is_err());
}

#[test]
fn arrays_hold_8192_elements_and_no_more() {
    let array = |len: usize| format!("[{}]", vec!["0"; len].join(","));
    assert!(parse(array(8192).as_bytes()).is_ok());
    assert_eq!(error(&array(8193)), "args: more than 8192 elements in an array");
}

#[test]
fn objects_hold_1024_fields_and_no_more() {
    let object = |len: usize| {
        let fields: Vec<String> = (0..len).map(|index| format!("\"f{index}\":0")).collect();
        format!("{{{}}}", fields.join(","))
    };
    assert!(parse(object(1024).as_bytes()).is_ok());
    assert_eq!(error(&object(1025)), "args: more than 1024 fields in an object");
    assert_eq!(error(&object(5000)), "args: more than 1024 fields in an object");
    let repeated = format!("{{{}}}", vec!["\"a\":0"; 5000].join(","));
    assert_eq!(
        to_encoded_string(&parse(repeated.as_bytes()).unwrap()),
        r#"{"a":0.0}"#
    );
}

#[test]
fn values_nest_64_levels_and_no_more() {
    assert!(parse(to_encoded_string(&nested(64)).as_bytes()).is_ok());
    for scalar in [Value::Int64(5), Value::Float64(f64::NAN), Value::Bytes(vec![1])] {
        let innermost = nested_around(scalar, 64);
        assert_eq!(
            parse(to_encoded_string(&innermost).as_bytes()).unwrap(),
            innermost
        );
    }
    for container in ["[]", "{}", r#"{"a":1}"#] {
        let text = format!("{}{container}{}", "[".repeat(64), "]".repeat(64));
        assert!(error(&text).ends_with("[0]: nested deeper than 64 levels"));
    }
    let message = error(&to_encoded_string(&nested(65)));
    assert!(
        message.ends_with("[0]: nested deeper than 64 levels"),
        "{message}"
    );
    assert!(parse("[".repeat(100_000).as_bytes()).is_err());
    assert!(parse("{\"a\":".repeat(100_000).as_bytes()).is_err());
    assert!(parse("{\"$integer\":".repeat(100_000).as_bytes()).is_err());
}

#[test]
fn a_seed_reads_the_arguments_within_a_larger_message() {
    let mut deserializer = serde_json::Deserializer::from_str(r#"{"a":[5]} trailing"#);
    let args = ValueSeed::new("args").deserialize(&mut deserializer).unwrap();
    assert_eq!(to_encoded_string(&args), r#"{"a":[5.0]}"#);
}

/// JSON that is nearly a value: every `$` form with the right and the wrong contents.
fn suspicious_json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        proptest::sample::select(vec![
            "null",
            "5",
            "-0",
            "1e400",
            "\"\"",
            "\"AAAAAAAAAIA=\"",
            "\"BQAAAAAAAAA=\"",
            "\"\\u0000\"",
            "[]",
            "{}",
        ])
        .prop_map(str::to_owned),
        "[0-9eE.+-]{1,8}",
    ];
    let names = vec![
        "a",
        "",
        "_",
        "ä",
        "$x",
        "$integer",
        "$float",
        "$bytes",
        "$set",
        "$map",
        "$undefined",
    ];
    leaf.prop_recursive(4, 16, 4, move |inner| {
        let field = (proptest::sample::select(names.clone()), inner.clone());
        prop_oneof![
            proptest::collection::vec(inner, 0..4).prop_map(|items| format!("[{}]", items.join(","))),
            proptest::collection::vec(field, 0..3).prop_map(|fields| {
                let fields: Vec<String> = fields
                    .into_iter()
                    .map(|(name, value)| format!("\"{name}\":{value}"))
                    .collect();
                format!("{{{}}}", fields.join(","))
            }),
        ]
    })
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn what_is_encoded_decodes_to_the_same(value in value()) {
        let text = to_encoded_string(&value);
        prop_assert_eq!(&parse(text.as_bytes()).unwrap(), &value);
        prop_assert_eq!(&serde_json::to_string(&value).unwrap(), &text);
    }

    #[test]
    fn the_clean_form_is_json(value in value()) {
        serde_json::from_str::<serde_json::Value>(&to_clean_string(&value)).unwrap();
    }

    #[test]
    fn arbitrary_bytes_never_panic(text in proptest::collection::vec(any::<u8>(), 0..64)) {
        let _ = parse(&text);
    }

    #[test]
    fn suspicious_json_is_refused_or_survives_a_round_trip(text in suspicious_json()) {
        if let Ok(value) = parse(text.as_bytes()) {
            prop_assert_eq!(parse(to_encoded_string(&value).as_bytes()).unwrap(), value);
        }
    }

    #[test]
    fn a_damaged_text_never_panics(value in value(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut text = to_encoded_string(&value).into_bytes();
        let at = at.index(text.len());
        text[at] = byte;
        let _ = parse(&text);
    }
}
