//! What can be wrong with an expression, in words.

/// Why a text is not a cron expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidExpression {
    /// Not 5 or 6 fields.
    Fields,
    /// A second out of range.
    Second,
    /// A minute out of range.
    Minute,
    /// An hour out of range.
    Hour,
    /// A day of the month out of range.
    Day,
    /// A month out of range, or not a month's name.
    Month,
    /// A day of the week out of range, or not a day's name.
    Weekday,
    /// A range whose end is before its beginning.
    Backwards,
    /// A step of zero, or one that is larger than the field.
    Step,
    /// A step after a single value.
    StepOfOne,
    /// A character that means nothing where it stands.
    Unexpected,
    /// A date that no year has.
    Never,
}

impl InvalidExpression {
    /// The sentence that the compiler shows.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Fields => {
                "a cron expression has 5 fields, or 6 with seconds in front: minute, hour, day of the month, month, day of \
                 the week"
            }
            Self::Second => "a second is a number from 0 to 59",
            Self::Minute => "a minute is a number from 0 to 59",
            Self::Hour => "an hour is a number from 0 to 23",
            Self::Day => "a day of the month is a number from 1 to 31, or `L` for the last one",
            Self::Month => "a month is a number from 1 to 12, or one of JAN to DEC",
            Self::Weekday => {
                "a day of the week is a number from 0 to 7, where 0 and 7 are Sunday, or one of SUN to SAT"
            }
            Self::Backwards => "a range goes upwards; write two of them, as in `22-23,0-2`",
            Self::Step => "a step is at least 1, and not larger than the largest value of its field",
            Self::StepOfOne => "a step follows `*` or a range, as in `*/15` or `10-50/20`",
            Self::Unexpected => {
                "a field is `*`, a value or a range, with a step if wanted, or several of them with commas"
            }
            Self::Never => "no year has this date, so this would never run",
        }
    }
}

impl std::fmt::Display for InvalidExpression {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.text())
    }
}

impl std::error::Error for InvalidExpression {}
