//! Rust types to values and back.

use std::collections::{BTreeMap, HashMap};

use lunora_core::{Bytes, Object, Value, from_value, from_value_strict, to_value, value::ValueSerializer};
use proptest::prelude::*;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::strategy::{config, nested, nested_around, value};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Widths {
    i8: i8,
    i16: i16,
    i32: i32,
    i64: i64,
    isize: isize,
    u8: u8,
    u16: u16,
    u32: u32,
    u64: u64,
    usize: usize,
    f32: f32,
    f64: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Meters(f64);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Unit;

#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
struct Name(String);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Shape {
    Empty,
    Circle(f64),
    Line(i64, Option<u8>),
    Rect { width: u32, label: Option<String> },
}

/// serde buffers this one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase")]
enum Event {
    Moved { x: i32, y: f64, by: i64 },
    Sent { body: Option<String>, data: Bytes },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Either {
    Count(u16),
    Text(String),
    Both { left: u16, right: f32 },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Everything {
    flag: bool,
    letter: char,
    some_text: String,
    data: Bytes,
    maybe: Option<i64>,
    twice: Option<Box<Widths>>,
    unit: Unit,
    nothing: (),
    meters: Meters,
    pair: (i32, String),
    list: Vec<Shape>,
    map: BTreeMap<Name, Option<f64>>,
    events: Vec<Event>,
    either: Vec<Either>,
    any: Value,
}

fn widths() -> impl Strategy<Value = Widths> {
    let small = (
        any::<i8>(),
        any::<i16>(),
        any::<i32>(),
        any::<u8>(),
        any::<u16>(),
        any::<u32>(),
    );
    let large = (
        any::<i64>(),
        any::<isize>(),
        0..=i64::MAX as u64,
        0..=isize::MAX as usize,
    );
    let floats = (any::<f32>(), any::<f64>());
    (small, large, floats).prop_map(
        |((i8, i16, i32, u8, u16, u32), (i64, isize, u64, usize), (f32, f64))| Widths {
            i8,
            i16,
            i32,
            i64,
            isize,
            u8,
            u16,
            u32,
            u64,
            usize,
            f32,
            f64,
        },
    )
}

fn shape() -> impl Strategy<Value = Shape> {
    prop_oneof![
        Just(Shape::Empty),
        any::<f64>().prop_map(Shape::Circle),
        any::<(i64, Option<u8>)>().prop_map(|(x, y)| Shape::Line(x, y)),
        any::<(u32, Option<String>)>().prop_map(|(width, label)| Shape::Rect { width, label }),
    ]
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        any::<(i32, f64, i64)>().prop_map(|(x, y, by)| Event::Moved { x, y, by }),
        any::<(i32, i32, i64)>().prop_map(|(x, y, by)| Event::Moved { x, y: y.into(), by }),
        any::<(Option<String>, Vec<u8>)>().prop_map(|(body, data)| Event::Sent {
            body,
            data: data.into()
        }),
    ]
}

fn either() -> impl Strategy<Value = Either> {
    prop_oneof![
        any::<u16>().prop_map(Either::Count),
        any::<String>().prop_map(Either::Text),
        any::<(u16, f32)>().prop_map(|(left, right)| Either::Both { left, right }),
    ]
}

fn everything() -> impl Strategy<Value = Everything> {
    let texts = (any::<bool>(), any::<char>(), any::<String>(), any::<Vec<u8>>());
    let options = (
        any::<Option<i64>>(),
        proptest::option::of(widths()),
        any::<f64>(),
        any::<(i32, String)>(),
    );
    let lists = (
        proptest::collection::vec(shape(), 0..3),
        proptest::collection::btree_map("[a-z]{0,3}".prop_map(Name), any::<Option<f64>>(), 0..3),
        proptest::collection::vec(event(), 0..3),
        proptest::collection::vec(either(), 0..3),
    );
    (texts, options, lists, value()).prop_map(
        |(
            (flag, letter, some_text, data),
            (maybe, twice, meters, pair),
            (list, map, events, either),
            any,
        )| Everything {
            flag,
            letter,
            some_text,
            data: data.into(),
            maybe,
            twice: twice.map(Box::new),
            unit: Unit,
            nothing: (),
            meters: Meters(meters),
            pair,
            list,
            map,
            events,
            either,
            any,
        },
    )
}

fn object<const N: usize>(fields: [(&str, Value); N]) -> Value {
    Object::from_iter(fields).into()
}

/// `from` becomes `value`, and `value` becomes `from`.
#[expect(clippy::needless_pass_by_value, reason = "the examples read better")]
fn both_ways<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(from: T, value: Value) {
    assert_eq!(to_value(&from).unwrap(), value);
    assert_eq!(from_value_strict::<T>(value).unwrap(), from);
}

#[test]
fn every_kind_of_type_has_its_kind_of_value() {
    both_ways(5_i64, Value::Int64(5));
    both_ways(5_u64, Value::Int64(5));
    both_ways(5_usize, Value::Int64(5));
    both_ways(5_i32, Value::Float64(5.0));
    both_ways(5_u8, Value::Float64(5.0));
    both_ways(0.5_f32, Value::Float64(0.5));
    both_ways('x', "x".into());
    both_ways("x".to_owned(), "x".into());
    both_ways((), Value::Null);
    both_ways(Unit, Value::Null);
    both_ways(None::<i64>, Value::Null);
    both_ways(Some(5_i64), Value::Int64(5));
    both_ways(Meters(1.5), Value::Float64(1.5));
    both_ways(Bytes(vec![1]), Value::Bytes(vec![1]));
    both_ways(vec![1_u8], vec![1.0].into());
    both_ways((1_u8, true), vec![Value::Float64(1.0), Value::Bool(true)].into());
    both_ways(
        HashMap::from([("a".to_owned(), 1_i64)]),
        object([("a", Value::Int64(1))]),
    );
}

#[test]
fn enums_are_tagged_from_outside() {
    both_ways(Shape::Empty, "Empty".into());
    both_ways(Shape::Circle(1.0), object([("Circle", 1.0.into())]));
    both_ways(
        Shape::Line(1, None),
        object([("Line", vec![Value::Int64(1), Value::Null].into())]),
    );
    both_ways(
        Shape::Rect {
            width: 1,
            label: Some("x".into()),
        },
        object([("Rect", object([("width", 1.0.into()), ("label", "x".into())]))]),
    );
    both_ways(
        Shape::Rect {
            width: 1,
            label: None,
        },
        object([("Rect", object([("width", 1.0.into())]))]),
    );
}

#[test]
fn buffered_enums_tell_integers_from_floats() {
    both_ways(
        Event::Moved { x: 1, y: 2.0, by: 3 },
        object([
            ("type", "moved".into()),
            ("x", 1.0.into()),
            ("y", 2.0.into()),
            ("by", Value::Int64(3)),
        ]),
    );
    both_ways(Either::Count(5), Value::Float64(5.0));
    both_ways(
        Either::Both { left: 1, right: 0.5 },
        object([("left", 1.0.into()), ("right", 0.5.into())]),
    );
}

#[test]
fn a_field_that_is_none_is_left_out_and_may_be_missing_or_null() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Options {
        a: Option<i64>,
        b: Option<()>,
        unit: (),
    }
    let none = Options {
        a: None,
        b: None,
        unit: (),
    };
    both_ways(none, object([("unit", Value::Null)]));
    let read = from_value::<Options>(object([("a", Value::Null), ("unit", Value::Null)])).unwrap();
    assert_eq!(
        read,
        Options {
            a: None,
            b: None,
            unit: ()
        }
    );
    assert_eq!(to_value(&vec![None::<i64>]).unwrap(), vec![Value::Null].into());
    assert_eq!(
        to_value(&BTreeMap::from([("a", None::<i64>)])).unwrap(),
        object([("a", Value::Null)])
    );
}

#[test]
fn a_wide_integer_takes_a_number_that_is_one() {
    assert_eq!(from_value::<i64>(Value::Float64(-5.0)).unwrap(), -5);
    assert_eq!(
        from_value::<u64>(Value::Float64(9_007_199_254_740_992.0)).unwrap(),
        1 << 53
    );
    assert_eq!(from_value::<i64>(Value::Float64(-0.0)).unwrap(), 0);
}

#[test]
fn map_keys_may_be_enums_and_newtypes() {
    #[derive(Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
    enum Color {
        Red,
        Blue,
    }
    both_ways(
        BTreeMap::from([(Color::Red, 1.0), (Color::Blue, 2.0)]),
        object([("Red", 1.0.into()), ("Blue", 2.0.into())]),
    );
    both_ways(
        BTreeMap::from([(Name("x".into()), 1.0)]),
        object([("x", 1.0.into())]),
    );
}

#[test]
fn flattened_fields_pass() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Inner {
        count: u32,
        big: i64,
    }
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Outer {
        name: String,
        #[serde(flatten)]
        inner: Inner,
        #[serde(flatten)]
        rest: BTreeMap<String, f64>,
    }
    let outer = Outer {
        name: "x".into(),
        inner: Inner {
            count: 1,
            big: i64::MAX,
        },
        rest: BTreeMap::from([("more".into(), 0.5)]),
    };
    both_ways(
        outer,
        object([
            ("name", "x".into()),
            ("count", 1.0.into()),
            ("big", Value::Int64(i64::MAX)),
            ("more", 0.5.into()),
        ]),
    );
}

/// Numbers of values within types that serde reads by way of a buffer.
#[test]
fn values_stay_what_they_are_in_buffers() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(tag = "kind")]
    enum Tagged {
        Held {
            value: Value,
        },
        Counted {
            big: i64,
            natural: u64,
            small: i32,
            float: f64,
        },
    }
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Open {
        #[serde(flatten)]
        rest: BTreeMap<String, Value>,
    }
    let integers = [0, 1, -1, i64::from(i32::MIN), i64::MAX].map(Value::Int64);
    let floats = [0.0, -0.0, 1.0, -1.0, 5e9, -5e9, 0.5, f64::NAN, f64::INFINITY].map(Value::Float64);
    for value in integers.into_iter().chain(floats) {
        both_ways(
            Tagged::Held { value: value.clone() },
            object([("kind", "Held".into()), ("value", value.clone())]),
        );
        let list = Value::Array(vec![value.clone(), object([("deep", value.clone())])]);
        let rest = BTreeMap::from([
            ("one".to_owned(), value.clone()),
            ("more".to_owned(), list.clone()),
        ]);
        both_ways(Open { rest }, object([("one", value), ("more", list)]));
    }
    for (number, natural) in [
        (5, 5),
        (-5, 0),
        (i64::MIN, 7),
        (i64::MAX, 1 << 40),
        (-5_000_000_000, 0),
    ] {
        let small = i32::try_from(number).unwrap_or(-1);
        both_ways(
            Tagged::Counted {
                big: number,
                natural,
                small,
                float: f64::from(small),
            },
            object([
                ("kind", "Counted".into()),
                ("big", Value::Int64(number)),
                ("natural", Value::Int64(natural.try_into().unwrap())),
                ("small", f64::from(small).into()),
                ("float", f64::from(small).into()),
            ]),
        );
    }
    // Plain numbers are taken for bigints there as well.
    for number in [5_i64, -5, -5_000_000_000, 5_000_000_000] {
        #[allow(clippy::cast_precision_loss, reason = "they are far below 2^53")]
        let plain = Value::Float64(number as f64);
        let sent = object([
            ("kind", "Counted".into()),
            ("big", plain),
            ("natural", 0.0.into()),
            ("small", 0.0.into()),
            ("float", 0.0.into()),
        ]);
        let read = from_value::<Tagged>(sent).unwrap();
        assert!(
            matches!(read, Tagged::Counted { big, .. } if big == number),
            "{read:?}"
        );
    }
}

#[test]
fn values_nest_64_levels_and_no_more() {
    assert_eq!(to_value(&nested(64)).unwrap(), nested(64));
    assert!(
        to_value(&nested(65))
            .unwrap_err()
            .message
            .contains("nested deeper than 64 levels")
    );
    assert_eq!(from_value::<Value>(nested(64)).unwrap(), nested(64));
    let innermost = nested_around(Value::Int64(5), 64);
    both_ways(innermost.clone(), innermost);
}

#[test]
fn a_value_inside_a_type_is_not_bound_by_the_limits_of_the_wire() {
    let long = Value::Array(vec![Value::Null; 10_000]);
    both_ways(long.clone(), long);
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn every_integer_width_comes_back(widths in widths()) {
        let value = to_value(&widths).unwrap();
        prop_assert_eq!(from_value_strict::<Widths>(value).unwrap(), widths);
    }

    #[test]
    fn a_nested_type_comes_back(everything in everything()) {
        let value = to_value(&everything).unwrap();
        prop_assert_eq!(from_value_strict::<Everything>(value).unwrap(), everything);
    }

    #[test]
    fn a_value_is_its_own_value(value in value()) {
        prop_assert_eq!(&to_value(&value).unwrap(), &value);
        prop_assert_eq!(&value.serialize(ValueSerializer::new()).unwrap(), &value);
        prop_assert_eq!(from_value::<Value>(value.clone()).unwrap(), value);
    }

    #[test]
    fn a_wrong_value_is_refused_without_a_panic(value in value()) {
        let _ = from_value::<Everything>(value.clone());
        let _ = from_value::<Vec<Shape>>(value.clone());
        let _ = from_value::<(Event, Either)>(value.clone());
        let _ = from_value_strict::<BTreeMap<Name, Widths>>(value);
    }
}
