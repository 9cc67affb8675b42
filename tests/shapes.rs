//! A shape says what serde does: what serde writes has the shape, and what has the shape, serde reads.

use std::{collections::BTreeMap, fmt::Debug};

use lunora::{
    __private::{Node, Shapes},
    Shape, Value, data,
};
use lunora_core::value::{from_value, to_value};

/// Writes `value`, checks what was written against the shape, and reads it back.
#[track_caller]
fn agree<T: Shape + PartialEq + Debug>(value: &T) {
    let written = to_value(value).expect("serde writes it");
    let (shapes, node) = shape::<T>();
    let checked = shapes.check("value", &node, &written);
    assert!(
        checked.is_ok(),
        "{written:?} is not {}: {}",
        shapes.describe(&node),
        checked.unwrap_err()
    );
    assert_eq!(&from_value::<T>(written).expect("serde reads it"), value);
}

/// The shape takes this JSON exactly when serde does, and both say what the test says.
#[track_caller]
fn takes<T: Shape + Debug>(json: serde_json::Value, expected: bool) {
    let value: Value =
        lunora_core::json::parse(json.to_string().as_bytes()).expect("the test writes legal JSON");
    let (shapes, node) = shape::<T>();
    let checked = shapes.check("value", &node, &value);
    let read = from_value::<T>(value);
    assert_eq!(checked.is_ok(), expected, "shape: {checked:?}");
    assert_eq!(read.is_ok(), expected, "serde: {read:?}");
}

/// What is wrong with this JSON.
#[track_caller]
fn says<T: Shape>(json: serde_json::Value, expected: &str) {
    let value = lunora_core::json::parse(json.to_string().as_bytes()).expect("the test writes legal JSON");
    let (shapes, node) = shape::<T>();
    let mismatch = shapes.check("value", &node, &value).unwrap_err();
    assert_eq!(mismatch.to_string(), expected);
}

fn shape<T: Shape>() -> (Shapes, Node) {
    let mut shapes = Shapes::default();
    let node = T::shape(&mut shapes);
    (shapes, node)
}

#[test]
fn structs() {
    #[data]
    #[derive(Debug, PartialEq)]
    struct Braces {
        some_text: String,
        some_bytes: lunora::Bytes,
        big: i64,
        small: u8,
        maybe: Option<f64>,
        #[serde(rename = "else")]
        other: bool,
        #[serde(default)]
        list: Vec<Tuple>,
        #[serde(skip)]
        forgotten: (),
    }
    #[data]
    #[derive(Debug, PartialEq)]
    struct Tuple(i32, String);
    #[data]
    #[derive(Debug, PartialEq)]
    struct Newtype(Vec<i64>);
    #[data]
    #[derive(Debug, PartialEq)]
    struct Unit;
    #[data]
    #[derive(Debug, PartialEq)]
    struct Empty {}

    let braces = |maybe, list| Braces {
        some_text: "x".into(),
        some_bytes: vec![1, 2].into(),
        big: i64::MAX,
        small: 255,
        maybe,
        other: true,
        list,
        forgotten: (),
    };
    agree(&braces(None, vec![]));
    agree(&braces(Some(f64::INFINITY), vec![Tuple(1, "y".into())]));
    agree(&Newtype(vec![1, -1]));
    agree(&Unit);
    agree(&Empty {});
    takes::<Tuple>(serde_json::json!([5, "a"]), true);
    takes::<Tuple>(serde_json::json!([5]), false);
    takes::<Tuple>(serde_json::json!([5.5, "a"]), false);
    let json =
        serde_json::json!({"someText": "", "someBytes": {"$bytes": ""}, "big": 5, "small": 5, "else": true});
    takes::<Braces>(json.clone(), true);
    for (name, value) in [
        ("small", 256.into()),
        ("else", 1.into()),
        ("big", 0.5.into()),
        ("list", [1].to_vec().into()),
    ] {
        let mut wrong = json.clone();
        wrong[name] = value;
        takes::<Braces>(wrong, false);
    }
}

#[test]
fn names() {
    #[data]
    #[serde(rename_all = "SCREAMING-KEBAB-CASE")]
    #[derive(Debug, PartialEq)]
    struct Loud {
        two_words: bool,
        r#type: bool,
    }
    #[data]
    #[serde(rename_all = "snake_case", rename_all_fields = "PascalCase")]
    #[derive(Debug, PartialEq)]
    enum Cases {
        TwoWords,
        WithField {
            two_words: bool,
        },
        #[serde(rename_all = "UPPERCASE")]
        Upper {
            two_words: bool,
        },
        #[serde(alias = "old_name", alias = "older")]
        NewName,
    }
    agree(&Loud {
        two_words: true,
        r#type: false,
    });
    agree(&Cases::TwoWords);
    agree(&Cases::WithField { two_words: true });
    agree(&Cases::Upper { two_words: true });
    takes::<Loud>(serde_json::json!({"TWO-WORDS": true, "TYPE": true}), true);
    takes::<Cases>(serde_json::json!({"with_field": {"TwoWords": true}}), true);
    takes::<Cases>(serde_json::json!({"upper": {"TWO_WORDS": true}}), true);
    takes::<Cases>(serde_json::json!("older"), true);
    takes::<Cases>(serde_json::json!("oldest"), false);
}

macro_rules! enumeration {
    ($(#[$attributes:meta])* { $($variant:tt)* }) => {
        #[data]
        $(#[$attributes])*
        #[derive(Debug, PartialEq)]
        enum Example {
            Unit,
            Newtype(Inner),
            Braces { first_part: i64, second: i32, third: Option<f64>, fourth: f64 },
            $($variant)*
        }
        #[data]
        #[derive(Debug, PartialEq)]
        struct Inner {
            inner_text: String,
            inner_number: u32,
            inner_big: i64,
        }
        agree(&Example::Unit);
        agree(&Example::Newtype(Inner { inner_text: "x".into(), inner_number: 7, inner_big: 8 }));
        agree(&Example::Braces { first_part: 5, second: -5, third: None, fourth: 1.0 });
        agree(&Example::Braces { first_part: i64::MIN, second: 5, third: Some(0.5), fourth: f64::NEG_INFINITY });
    };
}

#[test]
fn externally_tagged() {
    enumeration!({ Tuple(i64, f64), Numbers(Vec<i32>), });
    agree(&Example::Tuple(5, 5.0));
    agree(&Example::Numbers(vec![5]));
    takes::<Example>(serde_json::json!("unit"), true);
    takes::<Example>(serde_json::json!({"tuple": [5, 6]}), true);
    takes::<Example>(serde_json::json!({"tuple": [5, 6, 7]}), false);
    takes::<Example>(
        serde_json::json!({"braces": {"firstPart": 5, "second": 5, "fourth": 5}}),
        true,
    );
    takes::<Example>(serde_json::json!({"nothing": {}}), false);
}

#[test]
fn internally_tagged() {
    enumeration!(
        #[serde(tag = "kind")]
        {}
    );
    takes::<Example>(serde_json::json!({"kind": "unit"}), true);
    takes::<Example>(
        serde_json::json!({"kind": "braces", "firstPart": 5, "second": 5, "fourth": 5}),
        true,
    );
    takes::<Example>(
        serde_json::json!({"kind": "newtype", "innerText": "", "innerNumber": 1, "innerBig": {"$integer": "AQAAAAAAAAA="}}),
        true,
    );
    takes::<Example>(serde_json::json!({"kind": "newtype"}), false);
    takes::<Example>(serde_json::json!({"firstPart": 5, "second": 5}), false);
}

/// The path is the one of the variant that the tag names, whichever comes first.
#[test]
fn what_is_wrong_with_a_tagged_variant_is_said_of_it() {
    #[data]
    #[derive(Debug, PartialEq)]
    #[serde(tag = "kind")]
    enum Event {
        Opened { at: f64 },
        Closed { reason: String, by: Option<String> },
    }
    #[data]
    #[derive(Debug)]
    #[serde(tag = "kind", content = "data")]
    enum Message {
        Text(String),
        Numbers(Vec<f64>),
    }
    #[data]
    #[derive(Debug, PartialEq)]
    #[serde(tag = "size")]
    enum Size {
        Small,
        Large { meters: f64 },
    }
    #[data]
    #[derive(Debug, PartialEq)]
    struct Both {
        #[serde(flatten)]
        event: Event,
        #[serde(flatten)]
        size: Size,
    }
    agree(&Both {
        event: Event::Opened { at: 1.0 },
        size: Size::Large { meters: 2.0 },
    });
    says::<Both>(
        serde_json::json!({"kind": "closed", "reason": "x", "size": "large", "meters": "y"}),
        "value.meters: expected number, got \"y\"",
    );
    says::<Both>(
        serde_json::json!({"kind": "closed", "reason": "x", "size": "huge"}),
        "value.size: expected \"small\" | \"large\", got \"huge\"",
    );
    says::<Event>(
        serde_json::json!({"kind": "closed", "reason": "x", "why": 1}),
        "value.why: unknown field; expected `kind`, `reason`, `by`",
    );
    says::<Event>(
        serde_json::json!({"kind": "closed", "reason": 1}),
        "value.reason: expected string, got number",
    );
    says::<Event>(
        serde_json::json!({"kind": "closed"}),
        "value.reason: missing, expected string",
    );
    for (json, got) in [
        (
            serde_json::json!({"kind": "close", "reason": "x"}),
            "got \"close\"",
        ),
        (serde_json::json!({"kind": 1}), "got number"),
    ] {
        says::<Event>(
            json,
            &format!("value.kind: expected \"opened\" | \"closed\", {got}"),
        );
    }
    says::<Event>(
        serde_json::json!({"reason": "x"}),
        "value.kind: missing, expected \"opened\" | \"closed\"",
    );
    says::<Option<Event>>(
        serde_json::json!({"kind": "closed", "at": 1}),
        "value.at: unknown field; expected `kind`, `reason`, `by`",
    );
    says::<Message>(
        serde_json::json!({"kind": "numbers", "data": "x"}),
        "value.data: expected Array<number>, got \"x\"",
    );
    says::<Message>(
        serde_json::json!({"kind": "numbers", "date": [1]}),
        "value.date: unknown field; expected `kind`, `data`",
    );
}

#[test]
fn adjacently_tagged() {
    enumeration!(#[serde(tag = "kind", content = "data")] { Tuple(i64, f64), Maybe(Option<i32>), });
    agree(&Example::Tuple(5, 5.0));
    agree(&Example::Maybe(Some(5)));
    takes::<Example>(serde_json::json!({"kind": "unit"}), true);
    takes::<Example>(serde_json::json!({"kind": "tuple", "data": [5, 6]}), true);
    takes::<Example>(serde_json::json!({"kind": "tuple"}), false);
}

#[test]
fn untagged() {
    enumeration!(#[serde(untagged)] { Tuple(i64, f64, String), Text(String), });
    agree(&Example::Tuple(5, 0.5, "x".into()));
    agree(&Example::Text("x".into()));
    takes::<Example>(serde_json::json!("anything"), true);
    takes::<Example>(serde_json::json!(true), false);
}

#[test]
fn one_untagged_variant_and_one_for_the_rest() {
    #[data]
    #[derive(Debug, PartialEq)]
    enum Open {
        Known,
        #[serde(untagged)]
        Number(f64),
    }
    #[data]
    #[derive(Debug, PartialEq)]
    enum Rest {
        Known,
        #[serde(other)]
        Unknown,
    }
    agree(&Open::Known);
    agree(&Open::Number(0.5));
    agree(&Rest::Known);
    agree(&Rest::Unknown);
    takes::<Rest>(serde_json::json!("something new"), true);
}

#[test]
fn fields_that_come_and_go() {
    #[data]
    #[derive(Debug, PartialEq)]
    struct Fields {
        #[serde(default = "seven", skip_serializing_if = "is_seven")]
        usual: i32,
        #[serde(skip_serializing_if = "Option::is_none")]
        maybe: Option<bool>,
        #[serde(skip_serializing, default)]
        incoming: bool,
        #[serde(with = "lunora::number")]
        number: i64,
        #[serde(with = "lunora::number")]
        count: u64,
        #[serde(with = "reversed")]
        reversed: String,
    }
    #[data]
    #[serde(default)]
    #[derive(Debug, PartialEq, Default)]
    struct Defaulted {
        one: String,
        two: i64,
    }
    fn seven() -> i32 {
        7
    }
    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
    fn is_seven(number: &i32) -> bool {
        *number == 7
    }
    mod reversed {
        use lunora::__private::serde::{Deserialize, Deserializer, Serializer};
        pub(super) fn serialize<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_str(&text.chars().rev().collect::<String>())
        }
        pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
            Ok(String::deserialize(deserializer)?.chars().rev().collect())
        }
    }
    let fields = |usual, maybe| Fields {
        usual,
        maybe,
        incoming: false,
        number: -(1 << 53),
        count: 1 << 53,
        reversed: "abc".into(),
    };
    agree(&fields(7, None));
    agree(&fields(8, Some(true)));
    agree(&Defaulted::default());
    takes::<Defaulted>(serde_json::json!({}), true);
    takes::<Defaulted>(serde_json::json!({"one": 1}), false);
    takes::<Fields>(
        serde_json::json!({"number": 1, "count": 1, "reversed": "x", "incoming": true}),
        true,
    );
    takes::<Fields>(
        serde_json::json!({"number": 1, "count": -1, "reversed": "x"}),
        false,
    );
    takes::<Fields>(
        serde_json::json!({"number": 0.5, "count": 1, "reversed": "x"}),
        false,
    );
    takes::<Fields>(serde_json::json!({"number": 1, "count": 1}), false);
}

#[test]
fn flattened() {
    #[data]
    #[derive(Debug, PartialEq)]
    struct Outer {
        own: bool,
        #[serde(flatten)]
        inner: Inner,
        #[serde(flatten)]
        choice: Choice,
    }
    #[data]
    #[derive(Debug, PartialEq)]
    struct Inner {
        inner_number: i32,
        inner_big: i64,
    }
    #[data]
    #[serde(tag = "choice")]
    #[derive(Debug, PartialEq)]
    enum Choice {
        One { number: i32 },
        Two,
    }
    #[data]
    #[derive(Debug, PartialEq)]
    struct Open {
        own: bool,
        #[serde(flatten)]
        rest: BTreeMap<String, String>,
    }
    agree(&Outer {
        own: true,
        inner: Inner {
            inner_number: 5,
            inner_big: 6,
        },
        choice: Choice::One { number: 7 },
    });
    agree(&Outer {
        own: true,
        inner: Inner {
            inner_number: 5,
            inner_big: 6,
        },
        choice: Choice::Two,
    });
    agree(&Open {
        own: true,
        rest: [("a".into(), "b".into())].into(),
    });
    takes::<Outer>(
        serde_json::json!({"own": true, "innerNumber": 1, "innerBig": 1, "choice": "two"}),
        true,
    );
    takes::<Outer>(
        serde_json::json!({"own": true, "innerNumber": 1, "choice": "two"}),
        false,
    );
    takes::<Open>(serde_json::json!({"own": true, "a": 1}), false);
}

#[test]
fn converted_generic_and_recursive() {
    #[data]
    #[serde(from = "String", into = "String")]
    #[derive(Debug, PartialEq, Clone)]
    struct Upper(String);
    impl From<String> for Upper {
        fn from(text: String) -> Self {
            Self(text.to_uppercase())
        }
    }
    impl From<Upper> for String {
        fn from(upper: Upper) -> Self {
            upper.0
        }
    }
    #[data]
    #[serde(transparent)]
    #[derive(Debug, PartialEq)]
    struct Maybe {
        inner: Option<i32>,
    }
    #[data]
    #[derive(Debug, PartialEq)]
    struct Page<T> {
        items: Vec<T>,
        next: Option<Box<Self>>,
        maybe: Maybe,
    }
    #[data]
    #[serde(tag = "type")]
    #[derive(Debug, PartialEq)]
    struct Tagged {
        name: String,
    }
    agree(&Upper("A".into()));
    let page = |items, next| Page {
        items,
        next,
        maybe: Maybe { inner: None },
    };
    agree(&page(vec![Upper("A".into())], Some(Box::new(page(vec![], None)))));
    agree(&Page {
        items: vec![1_i64],
        next: None,
        maybe: Maybe { inner: Some(5) },
    });
    agree(&Tagged { name: "x".into() });
    takes::<Page<i32>>(serde_json::json!({"items": [1, 2]}), true);
    takes::<Page<i32>>(serde_json::json!({"items": [1, "2"]}), false);
}
