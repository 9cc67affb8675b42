//! The grammar of one field, readable by the compiler: everything here is `const`, so that `cron!` needs no crate that
//! parses while an application is built.

use super::problem::InvalidExpression;

/// What a field may hold.
pub(super) struct Field {
    first: u8,
    last: u8,
    /// Names of the values from `first` on.
    names: &'static [[u8; 3]],
    problem: InvalidExpression,
}

pub(super) const SECOND: Field = Field::numbers(0, 59, InvalidExpression::Second);
pub(super) const MINUTE: Field = Field::numbers(0, 59, InvalidExpression::Minute);
pub(super) const HOUR: Field = Field::numbers(0, 23, InvalidExpression::Hour);
pub(super) const DAY: Field = Field::numbers(1, 31, InvalidExpression::Day);
pub(super) const MONTH: Field = Field {
    names: &[
        *b"JAN", *b"FEB", *b"MAR", *b"APR", *b"MAY", *b"JUN", *b"JUL", *b"AUG", *b"SEP", *b"OCT", *b"NOV",
        *b"DEC",
    ],
    ..Field::numbers(1, 12, InvalidExpression::Month)
};
/// Up to 7, which is Sunday as 0 is.
pub(super) const WEEKDAY: Field = Field {
    names: &[*b"SUN", *b"MON", *b"TUE", *b"WED", *b"THU", *b"FRI", *b"SAT"],
    ..Field::numbers(0, 7, InvalidExpression::Weekday)
};

impl Field {
    const fn numbers(first: u8, last: u8, problem: InvalidExpression) -> Self {
        Self {
            first,
            last,
            names: &[],
            problem,
        }
    }
}

/// The values of a field: bit `n` stands for the value `n`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Set {
    pub(super) bits: u64,
    /// It begins with `*`, which Vixie's cron gives a meaning of its own.
    pub(super) star: bool,
}

/// Part of one field: from where to where, and how it was written.
#[derive(Clone, Copy)]
struct Span {
    from: u8,
    to: u8,
    is_one: bool,
}

/// `?` for what the compiler evaluates.
macro_rules! attempt {
    ($result:expr) => {
        match $result {
            Ok(value) => value,
            Err(problem) => return Err(problem),
        }
    };
}
pub(super) use attempt;

/// Reads an expression from its beginning to its end.
pub(super) struct Reader<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    pub(super) const fn new(text: &'a str) -> Self {
        Self {
            text: text.as_bytes(),
            at: 0,
        }
    }

    /// How many fields there are from here.
    pub(super) const fn count(&self) -> usize {
        let (mut fields, mut at, mut inside) = (0, self.at, false);
        while at < self.text.len() {
            let blank = is_blank(self.text[at]);
            if !blank && !inside {
                fields += 1;
            }
            inside = !blank;
            at += 1;
        }
        fields
    }

    /// Whether the next field is the letter `L`, which is then read.
    pub(super) const fn last_day(&mut self) -> bool {
        self.skip_blanks();
        let ends = self.at + 1 >= self.text.len() || is_blank(self.text[self.at + 1]);
        let found = ends && matches!(self.peek(), Some(b'L' | b'l'));
        if found {
            self.at += 1;
        }
        found
    }

    /// The next field.
    pub(super) const fn field(&mut self, field: &Field) -> Result<Set, InvalidExpression> {
        self.skip_blanks();
        let star = matches!(self.peek(), Some(b'*'));
        let mut bits = 0;
        loop {
            let span = attempt!(self.span(field));
            let step = attempt!(self.step(field, span));
            let mut value = span.from as u32;
            while value <= span.to as u32 {
                bits |= 1 << value;
                value += step as u32;
            }
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(byte) if !is_blank(byte) => return Err(InvalidExpression::Unexpected),
                _ => return Ok(Set { bits, star }),
            }
        }
    }

    const fn span(&mut self, field: &Field) -> Result<Span, InvalidExpression> {
        if matches!(self.peek(), Some(b'*')) {
            self.at += 1;
            return Ok(Span {
                from: field.first,
                to: field.last,
                is_one: false,
            });
        }
        let from = attempt!(self.value(field));
        if !matches!(self.peek(), Some(b'-')) {
            return Ok(Span {
                from,
                to: from,
                is_one: true,
            });
        }
        self.at += 1;
        let mut to = attempt!(self.value(field));
        // At the end of a range, Sunday comes after Saturday.
        if to == 0 && from > 0 && matches!(field.problem, InvalidExpression::Weekday) {
            to = 7;
        }
        if to < from {
            return Err(InvalidExpression::Backwards);
        }
        Ok(Span {
            from,
            to,
            is_one: false,
        })
    }

    const fn step(&mut self, field: &Field, span: Span) -> Result<u8, InvalidExpression> {
        if !matches!(self.peek(), Some(b'/')) {
            return Ok(1);
        }
        if span.is_one {
            return Err(InvalidExpression::StepOfOne);
        }
        self.at += 1;
        match self.number() {
            Some(step) if step > 0 && step <= field.last => Ok(step),
            _ => Err(InvalidExpression::Step),
        }
    }

    const fn value(&mut self, field: &Field) -> Result<u8, InvalidExpression> {
        let value = match self.peek() {
            Some(b'0'..=b'9') => self.number(),
            _ => self.name(field),
        };
        match value {
            Some(value) if value >= field.first && value <= field.last => Ok(value),
            _ => Err(field.problem),
        }
    }

    /// Digits as a number; none are none, and so are those of a number that is too large for any field.
    const fn number(&mut self) -> Option<u8> {
        let mut number: Option<u8> = None;
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            let so_far = match number {
                Some(so_far) => so_far,
                None => 0,
            };
            if so_far >= 25 {
                return None;
            }
            number = Some(so_far * 10 + (digit - b'0'));
            self.at += 1;
        }
        number
    }

    const fn name(&mut self, field: &Field) -> Option<u8> {
        let mut which = 0;
        while which < field.names.len() {
            if self.is_at(field.names[which]) {
                self.at += 3;
                #[expect(clippy::cast_possible_truncation, reason = "there are 12 names at most")]
                return Some(field.first + which as u8);
            }
            which += 1;
        }
        None
    }

    const fn is_at(&self, name: [u8; 3]) -> bool {
        self.at + 3 <= self.text.len()
            && self.text[self.at].eq_ignore_ascii_case(&name[0])
            && self.text[self.at + 1].eq_ignore_ascii_case(&name[1])
            && self.text[self.at + 2].eq_ignore_ascii_case(&name[2])
    }

    const fn peek(&self) -> Option<u8> {
        if self.at < self.text.len() {
            Some(self.text[self.at])
        } else {
            None
        }
    }

    const fn skip_blanks(&mut self) {
        while let Some(b' ' | b'\t') = self.peek() {
            self.at += 1;
        }
    }
}

const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}
