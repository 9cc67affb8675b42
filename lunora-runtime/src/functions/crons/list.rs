//! The list, as it is written.

use std::{any::TypeId, time::Duration};

use lunora_core::{
    error::Result,
    reference::{Call, CanBeScheduled, FunctionKind, FunctionRef, Kind, Listed},
    value::Object,
};

use crate::{
    calendar::{CronExpression, LocalTimes, Weekday},
    functions::{Retries, call::encode_args},
};

/// What an application runs again and again, returned by its `#[crons]` function.
///
/// Each cron has a name, by which a later start of the server knows it again, and a call of a mutation or an action,
/// public or internal. At most one run of a cron is under way at a time. `timezone`, `missed` and `retry` are about the
/// cron that stands before them.
///
/// ```
/// # use lunora_core::reference::{Call, CanBeScheduled, FunctionRef};
/// # use lunora_runtime::{calendar::{CronExpression, Weekday}, functions::{Crons, Missed}};
/// # use std::time::Duration;
/// # fn list<F: FunctionRef<Kind: CanBeScheduled>>(sweep: Call<F>, report: Call<F>, bill: Call<F>) -> Crons {
/// # let nine_on_mondays = CronExpression::parse("0 9 * * MON").unwrap();
/// Crons::new()
///     .interval("sweep presence", Duration::from_secs(60), sweep)
///     .cron("weekly report", nine_on_mondays, report)
///     .timezone("Europe/Berlin")
///     .missed(Missed::CatchUp(1))
///     .monthly("bill", 31, 23, 30, bill)
///     .retry(5, Duration::from_secs(10))
/// # }
/// ```
///
/// # Daylight saving
/// An expression whose seconds, minutes or hours begin with `*`, and `hourly`, go with the clock as it is shown:
/// `*/15 * * * *` is every 15 minutes in any case. Everything else names times of the day, and is due once for each: when clocks
/// skip the time, at the end of what they skip; when it comes twice, the first time.
#[derive(Debug, Default)]
#[must_use = "it is the function's result"]
pub struct Crons {
    pub(super) list: Vec<Entry>,
    /// An option that no cron stands before.
    pub(super) misplaced: Option<&'static str>,
}

/// What becomes of the runs that fell due while the server was down, or while the run before was under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Missed {
    /// They are left out; the history says how many they were.
    #[default]
    Skip,
    /// The last so many of them are made up for, one after the other; those before are left out.
    CatchUp(u32),
    /// All of them are made up for, one after the other.
    Queue,
}

/// One cron as it was written.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) name: &'static str,
    pub(super) when: When,
    pub(super) zone: Option<&'static str>,
    pub(super) missed: Missed,
    pub(super) retries: Option<Retries>,
    pub(super) reference: TypeId,
    pub(super) path: &'static str,
    pub(super) kind: Kind,
    pub(super) args: Result<Object>,
}

/// When it is due.
#[derive(Debug)]
pub(super) enum When {
    Every(Duration),
    At(LocalTimes),
}

impl Crons {
    /// No crons.
    pub fn new() -> Self {
        Self::default()
    }

    /// Every `period`, at least a second, counted from the first start that knows of it.
    pub fn interval<F>(self, name: &'static str, period: Duration, call: Call<F>) -> Self
    where
        F: FunctionRef<Kind: CanBeScheduled>,
    {
        self.add(name, When::Every(period), call)
    }

    /// Every hour at `minute`.
    pub fn hourly<F>(self, name: &'static str, minute: u8, call: Call<F>) -> Self
    where
        F: FunctionRef<Kind: CanBeScheduled>,
    {
        self.add(name, When::At(LocalTimes::Hourly { minute }), call)
    }

    /// Every day at `hour`:`minute`.
    pub fn daily<F>(self, name: &'static str, hour: u8, minute: u8, call: Call<F>) -> Self
    where
        F: FunctionRef<Kind: CanBeScheduled>,
    {
        self.add(name, When::At(LocalTimes::Daily { hour, minute }), call)
    }

    /// Every week on `day` at `hour`:`minute`.
    pub fn weekly<F>(self, name: &'static str, day: Weekday, hour: u8, minute: u8, call: Call<F>) -> Self
    where
        F: FunctionRef<Kind: CanBeScheduled>,
    {
        self.add(name, When::At(LocalTimes::Weekly { day, hour, minute }), call)
    }

    /// Every month on `day` at `hour`:`minute`. A month without that day has its last one instead.
    pub fn monthly<F>(self, name: &'static str, day: u8, hour: u8, minute: u8, call: Call<F>) -> Self
    where
        F: FunctionRef<Kind: CanBeScheduled>,
    {
        self.add(name, When::At(LocalTimes::Monthly { day, hour, minute }), call)
    }

    /// When the expression says so, which is written as `cron!("0 9 * * MON")`.
    pub fn cron<F>(self, name: &'static str, expression: CronExpression, call: Call<F>) -> Self
    where
        F: FunctionRef<Kind: CanBeScheduled>,
    {
        self.add(name, When::At(LocalTimes::Cron(expression)), call)
    }

    /// The zone of the IANA database, such as `Europe/Berlin`, whose clocks the last cron goes by. Without this it is UTC.
    pub fn timezone(self, zone: &'static str) -> Self {
        self.change("timezone", |cron| cron.zone = Some(zone))
    }

    /// What becomes of the runs of the last cron that were missed. Without this they are [skipped](Missed::Skip).
    pub fn missed(self, missed: Missed) -> Self {
        self.change("missed", |cron| cron.missed = missed)
    }

    /// Runs the last cron again up to `times` times when it fails: after `backoff`, then twice that, and so on, up to an
    /// hour. An action then runs at least once.
    pub fn retry(self, times: u32, backoff: Duration) -> Self {
        self.change("retry", |cron| cron.retries = Some(Retries::new(times, backoff)))
    }

    fn add<F: FunctionRef>(mut self, name: &'static str, when: When, call: Call<F>) -> Self {
        self.list.push(Entry {
            name,
            when,
            zone: None,
            missed: Missed::default(),
            retries: None,
            reference: TypeId::of::<F>(),
            path: F::PATH,
            kind: F::Kind::KIND,
            args: encode_args(call),
        });
        self
    }

    fn change(mut self, option: &'static str, change: impl FnOnce(&mut Entry)) -> Self {
        match self.list.last_mut() {
            Some(cron) => change(cron),
            None => self.misplaced = Some(option),
        }
        self
    }
}

/// The list of an application. `#[crons]` implements it; nothing else should.
pub trait CronList {
    /// The function itself, which has to be listed.
    type Place: Listed;
    /// The user's function.
    const LIST: fn() -> Crons;
}
