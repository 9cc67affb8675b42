//! 64-bit integers that travel as plain numbers: `#[serde(with = "lunora::number")]`.
//!
//! A plain `i64` or `u64` travels as a bigint. Where a client wants a number instead, this carries integers within 2^53
//! of zero, all of which a double holds exactly, and refuses others.
//!
//! ```
//! use lunora_core::{Value, to_value};
//!
//! #[derive(serde::Serialize)]
//! struct Usage {
//!     #[serde(with = "lunora_core::number")]
//!     bytes: u64,
//! }
//!
//! let value = to_value(&Usage { bytes: 5 })?;
//! assert_eq!(value.as_object().and_then(|usage| usage.get("bytes")), Some(&Value::Float64(5.0)));
//! # Ok::<(), lunora_core::ValueError>(())
//! ```

use std::{fmt, marker::PhantomData};

use serde::{Deserializer, Serializer, de, ser};

use crate::value::{MAX_SAFE_INTEGER, safe_integer};

mod sealed {
    pub trait Sealed {}
}

/// An integer that can travel as a plain number.
pub trait Number: sealed::Sealed + Copy + fmt::Display + TryInto<i64> + TryFrom<i64> {}

macro_rules! numbers {
    ($($integer:ty),*) => {$(
        impl sealed::Sealed for $integer {}
        impl Number for $integer {}
    )*};
}

numbers!(i64, u64, isize, usize);

/// Writes an integer as a plain number; refuses those beyond 2^53.
pub fn serialize<T: Number, S: Serializer>(integer: &T, serializer: S) -> Result<S::Ok, S::Error> {
    let safe = (*integer)
        .try_into()
        .ok()
        .filter(|safe: &i64| safe.unsigned_abs() <= MAX_SAFE_INTEGER.unsigned_abs());
    let Some(safe) = safe else {
        return Err(ser::Error::custom(format_args!(
            "{integer} is beyond 2^53 and would lose digits as a plain number"
        )));
    };
    #[expect(clippy::cast_precision_loss, reason = "exact within 2^53, which is checked")]
    serializer.serialize_f64(safe as f64)
}

/// Reads an integer from a plain number; refuses fractions and what lies beyond 2^53.
pub fn deserialize<'de, T: Number, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_f64(NumberVisitor(PhantomData))
}

struct NumberVisitor<T>(PhantomData<T>);

impl<T: Number> NumberVisitor<T> {
    fn accept<E: de::Error>(integer: Option<i64>, shown: &dyn fmt::Display) -> Result<T, E> {
        integer
            .filter(|integer| integer.unsigned_abs() <= MAX_SAFE_INTEGER.unsigned_abs())
            .and_then(|integer| T::try_from(integer).ok())
            .ok_or_else(|| {
                E::custom(format_args!(
                    "expected integer within 2^53 that fits, got {shown}"
                ))
            })
    }
}

impl<T: Number> de::Visitor<'_> for NumberVisitor<T> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("number")
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<T, E> {
        Self::accept(safe_integer(number), &number)
    }

    // JSON hands over a number without a point as an integer.
    fn visit_i64<E: de::Error>(self, integer: i64) -> Result<T, E> {
        Self::accept(Some(integer), &integer)
    }

    fn visit_u64<E: de::Error>(self, integer: u64) -> Result<T, E> {
        Self::accept(i64::try_from(integer).ok(), &integer)
    }
}
