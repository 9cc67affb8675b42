//! The second implementation: minute by minute through all instants, with jiff's clocks and a parser of its own.

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

/// Minutes of one zone from an instant on: what the clock on the wall shows.
pub(super) struct Minutes {
    from: i64,
    shown: Vec<Shown>,
}

/// One minute of a clock on the wall.
#[derive(Clone, Copy)]
struct Shown {
    /// Minutes since 1970, as shown.
    minute: i64,
    fields: [u8; 5],
    last_day: bool,
}

impl Shown {
    fn of(shown: DateTime) -> Self {
        let field = |value: i8| u8::try_from(value).unwrap();
        let since_1970 = shown.duration_since(DateTime::constant(1970, 1, 1, 0, 0, 0, 0));
        Self {
            minute: since_1970.as_secs().div_euclid(60),
            fields: [
                field(shown.minute()),
                field(shown.hour()),
                field(shown.day()),
                field(shown.month()),
                field(shown.weekday().to_sunday_zero_offset()),
            ],
            last_day: shown.day() == shown.days_in_month(),
        }
    }
}

impl Minutes {
    pub(super) fn new(zone: &str, from: i64, count: i64) -> Self {
        let zone = TimeZone::get(zone).unwrap();
        let shown = (0..=count).map(|minute| {
            let instant = Timestamp::from_second(from + minute * 60).unwrap();
            Shown::of(zone.to_datetime(instant))
        });
        Self {
            from,
            shown: shown.collect(),
        }
    }

    /// The instants after the first one at which `text` is due.
    pub(super) fn due(&self, text: &str) -> Vec<i64> {
        let expression = Naive::parse(text);
        let (mut latest, mut due) = (self.shown[0].minute, Vec::new());
        for (at, shown) in self.shown.iter().enumerate().skip(1) {
            // Minutes that the clock has passed over, and never shows.
            let mut passed = latest + 1..shown.minute;
            let is_due = if expression.moves {
                expression.matches(*shown)
            } else {
                shown.minute > latest
                    && (expression.matches(*shown)
                        || passed.any(|minute| expression.matches(skipped(minute))))
            };
            latest = latest.max(shown.minute);
            if is_due {
                due.push(self.from + i64::try_from(at).unwrap() * 60);
            }
        }
        due
    }
}

fn skipped(minute: i64) -> Shown {
    Shown::of(TimeZone::UTC.to_datetime(Timestamp::from_second(minute * 60).unwrap()))
}

struct Naive {
    /// Bit `n` stands for the value `n`.
    sets: [u64; 5],
    last_day: bool,
    either: bool,
    moves: bool,
}

impl Naive {
    fn parse(text: &str) -> Self {
        let fields: Vec<&str> = text.split_whitespace().collect();
        let first = [0, 0, 1, 1, 0];
        let last = [59, 23, 31, 12, 6];
        let sets = std::array::from_fn(|at| match fields[at] {
            "L" => 0,
            field => {
                let values = field
                    .split(',')
                    .flat_map(|part| values(part, first[at], last[at]));
                values.fold(0, |set, value| set | 1 << value)
            }
        });
        Self {
            sets,
            last_day: fields[2] == "L",
            either: !fields[2].starts_with('*') && !fields[4].starts_with('*'),
            moves: fields[0].starts_with('*') || fields[1].starts_with('*'),
        }
    }

    fn matches(&self, shown: Shown) -> bool {
        let has = |at: usize| self.sets[at] >> shown.fields[at] & 1 == 1;
        let day = has(2) || (self.last_day && shown.last_day);
        let on_the_day = if self.either { day || has(4) } else { day && has(4) };
        has(0) && has(1) && has(3) && on_the_day
    }
}

fn values(part: &str, first: u8, last: u8) -> impl Iterator<Item = u8> {
    let (range, step) = part.split_once('/').unwrap_or((part, "1"));
    let (from, to) = match range.split_once('-') {
        Some((from, to)) => (from.parse().unwrap(), to.parse().unwrap()),
        None if range == "*" => (first, last),
        None => (range.parse().unwrap(), range.parse().unwrap()),
    };
    (from..=to).step_by(step.parse().unwrap())
}
