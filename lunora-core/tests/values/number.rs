//! 64-bit integers that travel as plain numbers.

use lunora_core::{Object, Value, from_value, to_value};
use serde::{Deserialize, Serialize};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Usage {
    #[serde(with = "lunora_core::number")]
    signed: i64,
    #[serde(with = "lunora_core::number")]
    unsigned: u64,
    #[serde(with = "lunora_core::number")]
    size: usize,
}

fn value(signed: f64) -> Value {
    Object::from_iter([("signed", signed), ("unsigned", 1.0), ("size", 2.0)]).into()
}

const LIMIT: i64 = 1 << 53;

#[test]
fn it_travels_as_a_number() {
    for signed in [0, -5, LIMIT, -LIMIT] {
        let usage = Usage {
            signed,
            unsigned: 1,
            size: 2,
        };
        #[expect(clippy::cast_precision_loss)]
        let expected = value(signed as f64);
        assert_eq!(to_value(&usage).unwrap(), expected);
        assert_eq!(from_value::<Usage>(expected).unwrap(), usage);
    }
}

#[test]
fn json_may_leave_out_the_point() {
    let usage: Usage = serde_json::from_str(r#"{"signed":-5,"unsigned":1,"size":2.0}"#).unwrap();
    assert_eq!(
        usage,
        Usage {
            signed: -5,
            unsigned: 1,
            size: 2
        }
    );
}

#[test]
fn what_a_number_cannot_hold_is_refused() {
    let too_large = Usage {
        signed: LIMIT + 1,
        unsigned: 1,
        size: 2,
    };
    assert_eq!(
        to_value(&too_large).unwrap_err().to_string(),
        "signed: 9007199254740993 is beyond 2^53 and would lose digits as a plain number"
    );
    assert!(
        to_value(&Usage {
            signed: i64::MIN,
            unsigned: 1,
            size: 2
        })
        .is_err()
    );
    assert!(
        to_value(&Usage {
            signed: 0,
            unsigned: u64::MAX,
            size: 2
        })
        .is_err()
    );
    for bad in [0.5, 9_007_199_254_740_994.0, f64::NAN, f64::INFINITY] {
        let error = from_value::<Usage>(value(bad)).unwrap_err();
        assert_eq!(error.path, "signed");
    }
    let negative = Object::from_iter([("signed", 0.0), ("unsigned", -1.0), ("size", 2.0)]);
    assert_eq!(from_value::<Usage>(negative.into()).unwrap_err().path, "unsigned");
    assert!(serde_json::from_str::<Usage>(r#"{"signed":9007199254740993,"unsigned":1,"size":2}"#).is_err());
}

#[test]
fn a_bigint_is_refused() {
    let bigint = Object::from_iter([
        ("signed", Value::Int64(5)),
        ("unsigned", 1.0.into()),
        ("size", 2.0.into()),
    ]);
    let error = from_value::<Usage>(bigint.into()).unwrap_err();
    assert_eq!(error.to_string(), "signed: expected number, got bigint");
}
