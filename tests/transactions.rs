//! What a transaction promises to the functions in it, seen through the application that is written out below.

#![allow(unreachable_pub, reason = "an application is written as a library is")]

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use lunora::{prelude::*, testing::TestApp};

/// Tables.
mod schema {
    use lunora::prelude::*;

    /// A number that is counted up.
    #[table("counters")]
    #[index(by_name(name), unique)]
    #[derive(Debug)]
    pub struct Counter {
        pub name: String,
        pub value: u32,
    }

    /// Somebody with an address that nobody else has.
    #[table("users")]
    #[index(by_email(email), unique)]
    #[derive(Debug)]
    pub struct User {
        pub email: String,
    }

    /// Something of a size.
    #[table("texts")]
    #[derive(Debug)]
    pub struct Text {
        pub text: String,
    }
}

/// A number that everybody counts up.
mod counters {
    use super::{Gate, Run, schema::Counter};
    use lunora::prelude::*;

    async fn find(ctx: &QueryCtx, name: &str) -> Result<Option<Doc<Counter>>> {
        let named = Counter::by_name().eq(name);
        ctx.db().query::<Counter>().with_index(named).unique().await
    }

    /// Adds one, and returns what it is then.
    #[mutation]
    pub async fn increment(ctx: &mut MutationCtx, name: String) -> Result<u32> {
        let Some(counter) = find(ctx, &name).await? else {
            ctx.db().insert(Counter { name, value: 1 }).await?;
            return Ok(1);
        };
        let value = counter.value + 1;
        ctx.db()
            .patch(counter.id(), Counter::patch().value(value))
            .await?;
        Ok(value)
    }

    #[query]
    pub async fn value(ctx: &QueryCtx, name: String) -> Result<u32> {
        Ok(find(ctx, &name).await?.map_or(0, |counter| counter.value))
    }

    /// Adds `by`, and between reading and writing waits for the test.
    #[mutation]
    pub async fn add_slowly(ctx: &mut MutationCtx, name: String, by: u32) -> Result<u32> {
        let counter = find(ctx, &name)
            .await?
            .ok_or_else(|| Error::not_found("counter"))?;
        let draw = ctx.rng().bytes::<8>();
        Gate::pass(
            &name,
            Run {
                by,
                read: counter.value,
                draw,
            },
        );
        let value = counter.value + by;
        ctx.db()
            .patch(counter.id(), Counter::patch().value(value))
            .await?;
        Ok(value)
    }
}

/// Users, and mutations inside mutations.
mod users {
    use super::{internal, schema::User};
    use lunora::prelude::*;
    use lunora_runtime::database::UniqueViolation;

    /// Why somebody cannot register.
    #[data]
    #[derive(Debug, PartialEq, AppError)]
    #[serde(tag = "code")]
    pub enum Refusal {
        Taken { email: String },
        Broken,
    }

    /// Serves queries and mutations.
    async fn all(ctx: &QueryCtx) -> Result<Vec<String>> {
        let users = ctx.db().query::<User>().collect().await?;
        Ok(users.into_iter().map(|user| user.into_fields().email).collect())
    }

    #[query]
    pub async fn emails(ctx: &QueryCtx) -> Result<Vec<String>> {
        all(ctx).await
    }

    /// A user whose address is taken is an error that the client reads.
    #[mutation]
    pub async fn register(ctx: &mut MutationCtx, email: String) -> Result<Id<User>> {
        let inserted = ctx.db().insert(User { email: email.clone() }).await;
        inserted.map_err(|error| match error.downcast_ref::<UniqueViolation>() {
            Some(violation) if violation.index == "by_email" => Refusal::Taken { email }.into_error(),
            _ => error,
        })
    }

    impl Refusal {
        fn into_error(self) -> Error {
            Error::app(self)
        }
    }

    /// A user whose address is taken is a bug of this function.
    #[mutation]
    pub async fn register_carelessly(ctx: &mut MutationCtx, email: String) -> Result<Id<User>> {
        ctx.db().insert(User { email }).await
    }

    /// Writes, then fails if it is told to.
    #[internal_mutation]
    pub async fn add_both(ctx: &mut MutationCtx, one: String, two: String, fail: bool) -> Result<u32> {
        ctx.db().insert(User { email: one }).await?;
        ctx.db().insert(User { email: two }).await?;
        let seen = all(ctx).await?.len();
        if fail {
            Err(Refusal::Broken)?;
        }
        Ok(u32::try_from(seen)?)
    }

    /// Writes before, around and after a nested mutation. Returns what it sees after each step.
    #[mutation]
    pub async fn add_around(ctx: &mut MutationCtx, fail: bool) -> Result<Vec<Vec<String>>> {
        let mut seen = vec![all(ctx).await?];
        let before = ctx
            .db()
            .insert(User {
                email: "before".into(),
            })
            .await?;
        seen.push(all(ctx).await?);
        let nested = internal::users::add_both("one".into(), "two".into(), fail);
        let inner = ctx.run_mutation(nested).await;
        assert_eq!(inner.is_err(), fail);
        if let Err(error) = inner {
            assert_eq!(error.app::<Refusal>(), Some(Refusal::Broken));
        }
        seen.push(all(ctx).await?);
        ctx.db()
            .patch(before, User::patch().email("changed".to_owned()))
            .await?;
        ctx.db()
            .insert(User {
                email: "after".into(),
            })
            .await?;
        seen.push(ctx.run_query(super::api::users::emails()).await?);
        Ok(seen)
    }

    /// The nested mutation takes an address, fails, and so the address is free again.
    #[mutation]
    pub async fn take_what_was_given_back(ctx: &mut MutationCtx) -> Result<()> {
        let nested = internal::users::add_both("one".into(), "two".into(), true);
        assert!(ctx.run_mutation(nested).await.is_err());
        ctx.db().insert(User { email: "one".into() }).await?;
        Ok(())
    }

    /// Passes the nested failure on.
    #[mutation]
    pub async fn fail_inside(ctx: &mut MutationCtx) -> Result<u32> {
        ctx.db()
            .insert(User {
                email: "before".into(),
            })
            .await?;
        let nested = internal::users::add_both("one".into(), "two".into(), true);
        ctx.run_mutation(nested).await
    }

    /// Three deep: the middle one fails, and what the innermost has done goes with it.
    #[mutation]
    pub async fn fail_in_the_middle(ctx: &mut MutationCtx) -> Result<()> {
        assert!(ctx.run_mutation(internal::users::middle()).await.is_err());
        Ok(())
    }

    #[internal_mutation]
    pub async fn middle(ctx: &mut MutationCtx) -> Result<()> {
        let nested = internal::users::add_both("one".into(), "two".into(), false);
        ctx.run_mutation(nested).await?;
        Err(Refusal::Broken)?
    }
}

/// Calls in calls.
mod depth {
    use super::internal;
    use lunora::prelude::*;

    #[internal_query]
    pub async fn query(ctx: &QueryCtx, levels: u32) -> Result<u32> {
        match levels {
            0 => Ok(0),
            _ => Ok(1 + ctx.run_query(internal::depth::query(levels - 1)).await?),
        }
    }

    #[internal_mutation]
    pub async fn mutation(ctx: &mut MutationCtx, levels: u32) -> Result<u32> {
        match levels {
            0 => Ok(0),
            _ => Ok(1 + ctx.run_mutation(internal::depth::mutation(levels - 1)).await?),
        }
    }

    #[internal_action]
    pub async fn action(ctx: &ActionCtx, levels: u32) -> Result<u32> {
        match levels {
            0 => Ok(0),
            _ => Ok(1 + ctx.run_action(internal::depth::action(levels - 1)).await?),
        }
    }
}

/// What nobody should write.
mod mistakes {
    use super::{SPINNING, STOP_SPINNING, schema::User};
    use lunora::prelude::*;
    use std::{
        sync::atomic::Ordering,
        time::{Duration, Instant},
    };

    async fn write(ctx: &MutationCtx) -> Result<()> {
        ctx.db()
            .insert(User {
                email: "mistake".into(),
            })
            .await?;
        Ok(())
    }

    #[mutation]
    pub async fn panic(ctx: &mut MutationCtx) -> Result<()> {
        write(ctx).await?;
        panic!("the secret is 42")
    }

    #[query]
    pub async fn panic_reading(_ctx: &QueryCtx) -> Result<()> {
        panic!("the secret is 42")
    }

    #[action]
    pub async fn panic_acting(_ctx: &ActionCtx) -> Result<()> {
        panic!("the secret is 42")
    }

    #[mutation]
    pub async fn wait_for_a_timer(ctx: &mut MutationCtx) -> Result<()> {
        write(ctx).await?;
        tokio::time::sleep(Duration::from_millis(1)).await;
        Ok(())
    }

    #[mutation]
    pub async fn wait_for_a_channel(ctx: &mut MutationCtx) -> Result<()> {
        write(ctx).await?;
        let (sender, receiver) = tokio::sync::oneshot::channel();
        std::thread::spawn(move || sender.send(()));
        let waiting = tokio::sync::oneshot::channel::<()>();
        waiting.1.await?;
        receiver.await?;
        Ok(())
    }

    /// Gives way to others, which is fine.
    #[mutation]
    pub async fn give_way(ctx: &mut MutationCtx) -> Result<()> {
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
        write(ctx).await
    }

    #[mutation]
    pub async fn spin(ctx: &mut MutationCtx) -> Result<()> {
        write(ctx).await?;
        SPINNING.fetch_add(1, Ordering::SeqCst);
        // For longer than it may work, in any case.
        let begun = Instant::now();
        while !STOP_SPINNING.load(Ordering::SeqCst) || begun.elapsed() < Duration::from_secs(1) {
            std::thread::yield_now();
        }
        write(ctx).await
    }
}

/// Errors of all families.
mod errors {
    use super::internal;
    use lunora::prelude::*;

    /// Data for the caller.
    #[data]
    #[derive(Debug, PartialEq, AppError)]
    pub struct Reason {
        pub code: String,
        pub left: i64,
    }

    #[mutation]
    pub async fn application(_ctx: &mut MutationCtx) -> Result<()> {
        Err(Reason {
            code: "E7".into(),
            left: 7,
        })?
    }

    #[query]
    pub async fn system(_ctx: &QueryCtx) -> Result<u32> {
        Ok("the secret is 42".parse::<u32>()?)
    }

    #[internal_query]
    pub async fn hidden(_ctx: &QueryCtx) -> Result<()> {
        Err(Error::internal("the secret is 42"))
    }

    #[action]
    pub async fn nested_system(ctx: &ActionCtx) -> Result<()> {
        ctx.run_query(internal::errors::hidden()).await
    }

    #[action]
    pub async fn nested_application(ctx: &ActionCtx) -> Result<()> {
        ctx.run_mutation(super::api::errors::application()).await
    }
}

/// Time and chance.
mod chance {
    use super::{internal, schema::Text};
    use lunora::prelude::*;

    /// What a call has drawn.
    #[data]
    #[derive(Debug, Clone, PartialEq)]
    pub struct Draw {
        pub now: Time,
        pub number: u64,
        pub id: Id<Text>,
    }

    #[mutation]
    pub async fn draw(ctx: &mut MutationCtx) -> Result<Draw> {
        let number = ctx.rng().below(i64::MAX as u64);
        let id = ctx.db().insert(Text { text: String::new() }).await?;
        Ok(Draw {
            now: ctx.now(),
            number,
            id,
        })
    }

    #[internal_query]
    pub async fn now(ctx: &QueryCtx) -> Result<Time> {
        Ok(ctx.now())
    }

    /// The time of a call, and that of one inside it.
    #[query]
    pub async fn now_twice(ctx: &QueryCtx) -> Result<Vec<Time>> {
        Ok(vec![ctx.now(), ctx.run_query(internal::chance::now()).await?])
    }
}

/// Functions with low limits.
mod limits {
    use super::schema::Text;
    use lunora::prelude::*;

    #[mutation]
    pub async fn write(ctx: &mut MutationCtx, text: String) -> Result<Id<Text>> {
        ctx.db().insert(Text { text }).await
    }

    #[mutation(limits(documents_written = 3))]
    pub async fn write_three(ctx: &mut MutationCtx, documents: u32) -> Result<()> {
        for _ in 0..documents {
            ctx.db().insert(Text { text: String::new() }).await?;
        }
        Ok(())
    }

    #[mutation(limits(bytes_written = 1000))]
    pub async fn write_thousand(ctx: &mut MutationCtx, text: String) -> Result<Id<Text>> {
        ctx.db().insert(Text { text }).await
    }

    #[query(limits(documents_read = 3))]
    pub async fn read_three(ctx: &QueryCtx, documents: u32) -> Result<u32> {
        let texts = ctx.db().query::<Text>().take(documents as usize).await?;
        Ok(u32::try_from(texts.len())?)
    }

    #[query(limits(entries_counted = 3))]
    pub async fn count_to_three(ctx: &QueryCtx) -> Result<u32> {
        Ok(u32::try_from(ctx.db().query::<Text>().count().await?)?)
    }

    #[query]
    pub async fn count(ctx: &QueryCtx) -> Result<u32> {
        Ok(u32::try_from(ctx.db().query::<Text>().count().await?)?)
    }

    #[query(limits(bytes_read = 1000))]
    pub async fn read_thousand(ctx: &QueryCtx, id: Id<Text>) -> Result<()> {
        ctx.db().get(id).await?;
        Ok(())
    }

    #[query]
    pub async fn repeat(_ctx: &QueryCtx, times: u32) -> Result<String> {
        Ok("x".repeat(times as usize))
    }

    #[query]
    pub async fn length(_ctx: &QueryCtx, text: String) -> Result<u32> {
        Ok(u32::try_from(text.len())?)
    }
}

lunora::app! {
    schema::{Counter, User, Text},
    counters::{increment, value, add_slowly},
    users::{
        emails, register, register_carelessly, add_both, add_around, take_what_was_given_back, fail_inside,
        fail_in_the_middle, middle,
    },
    depth::{query, mutation, action},
    mistakes::{panic, panic_reading, panic_acting, wait_for_a_timer, wait_for_a_channel, give_way, spin},
    errors::{application, system, hidden, nested_system, nested_application},
    chance::{draw, now, now_twice},
    limits::{write, write_three, write_thousand, read_three, read_thousand, count, count_to_three, repeat, length},
}

static SPINNING: AtomicU32 = AtomicU32::new(0);
static STOP_SPINNING: AtomicBool = AtomicBool::new(false);

/// Where the runs of `counters::add_slowly` wait, by the name of the counter.
static GATES: Mutex<BTreeMap<String, Gate>> = Mutex::new(BTreeMap::new());

/// Holds each run of a mutation between its read and its write, until the test lets it go on.
#[derive(Default)]
struct Gate {
    runs: Vec<Run>,
    open_for: usize,
}

/// What a run had in hand.
#[derive(Clone, Debug)]
struct Run {
    by: u32,
    read: u32,
    draw: [u8; 8],
}

impl Gate {
    fn of<T>(name: &str, look: impl FnOnce(&mut Self) -> T) -> T {
        look(GATES.lock().unwrap().entry(name.to_owned()).or_default())
    }

    /// The function's side: holds the thread, for a mutation may not wait in any other way.
    fn pass(name: &str, run: Run) {
        let number = Self::of(name, |gate| {
            gate.runs.push(run);
            gate.runs.len()
        });
        while Self::of(name, |gate| gate.open_for) < number {
            std::thread::yield_now();
        }
    }

    /// The test's side: waits until so many runs have read.
    async fn reached(name: &str, runs: usize) {
        until("a run has read", || {
            Self::of(name, |gate| gate.runs.len()) >= runs
        })
        .await;
    }

    fn open(name: &str, runs: usize) {
        Self::of(name, |gate| gate.open_for = runs);
    }
}

/// Waits for a condition, and fails rather than hang.
async fn until(what: &str, condition: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_mins(1);
    while !condition() {
        assert!(Instant::now() < end, "never: {what}");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

fn emails(emails: &[&str]) -> Vec<String> {
    emails.iter().map(|email| (*email).to_owned()).collect()
}

async fn registered(app: &TestApp) -> Vec<String> {
    app.query(api::users::emails()).await.unwrap()
}

mod nested {
    use super::*;

    #[tokio::test]
    async fn a_failure_takes_back_its_own_writes_and_no_others() {
        let app = TestApp::new(app()).unwrap();
        let seen = app.mutation(api::users::add_around(true)).await.unwrap();
        let steps: [&[&str]; 4] = [&[], &["before"], &["before"], &["changed", "after"]];
        assert_eq!(seen, steps.map(emails));
        assert_eq!(registered(&app).await, emails(&["changed", "after"]));
        assert!(app.runtime().database().check(|_| ()).unwrap().is_clean());
    }

    #[tokio::test]
    async fn a_success_is_part_of_the_whole() {
        let app = TestApp::new(app()).unwrap();
        let seen = app.mutation(api::users::add_around(false)).await.unwrap();
        let steps: [&[&str]; 4] = [
            &[],
            &["before"],
            &["before", "one", "two"],
            &["changed", "one", "two", "after"],
        ];
        assert_eq!(seen, steps.map(emails));
        assert_eq!(registered(&app).await, emails(steps[3]));
    }

    #[tokio::test]
    async fn what_was_taken_back_is_free_again() {
        let app = TestApp::new(app()).unwrap();
        app.mutation(api::users::take_what_was_given_back())
            .await
            .unwrap();
        assert_eq!(registered(&app).await, ["one"]);
    }

    #[tokio::test]
    async fn a_failure_that_is_passed_on_takes_back_everything() {
        let app = TestApp::new(app()).unwrap();
        let error = app.mutation(api::users::fail_inside()).await.unwrap_err();
        assert_eq!(error.app::<users::Refusal>(), Some(users::Refusal::Broken));
        assert_eq!(registered(&app).await, [""; 0]);
    }

    #[tokio::test]
    async fn a_failure_takes_back_what_was_nested_in_it() {
        let app = TestApp::new(app()).unwrap();
        app.mutation(api::users::fail_in_the_middle()).await.unwrap();
        assert_eq!(registered(&app).await, [""; 0]);
    }

    #[tokio::test]
    async fn depth_is_limited_to_32() {
        let app = TestApp::new(app()).unwrap();
        for kind in ["query", "mutation", "action"] {
            let call = |levels: u32| app.run_as::<u32>(["depth:", kind].concat().leak(), Levels { levels });
            assert_eq!(call(32).await.unwrap(), 32, "{kind}");
            let error = call(33).await.unwrap_err().to_string();
            assert!(
                error.contains("LimitExceeded: call_depth is limited to 32"),
                "{kind}: {error}"
            );
        }
    }

    #[data]
    struct Levels {
        levels: u32,
    }
}

mod unique {
    use super::*;

    #[tokio::test]
    async fn a_violation_can_become_an_error_for_the_client() {
        let app = TestApp::new(app()).unwrap();
        let register = || app.client().mutation_owned("a@b.c");
        register().await.unwrap();
        let error = register().await.unwrap_err();
        let taken = users::Refusal::Taken {
            email: "a@b.c".into(),
        };
        assert_eq!(error.app::<users::Refusal>(), Some(taken));
        assert_eq!(registered(&app).await, ["a@b.c"]);
    }

    #[tokio::test]
    async fn a_violation_that_nobody_catches_tells_a_client_nothing() {
        let app = TestApp::new(app()).unwrap();
        let call = || api::users::register_carelessly("a@b.c".into());
        app.client().mutation(call()).await.unwrap();
        let seen = app.client().mutation(call()).await.unwrap_err();
        assert_opaque(&seen);
        let full = app.mutation(call()).await.unwrap_err().to_string();
        assert!(
            full.contains("UniqueViolation") && full.contains("by_email"),
            "{full}"
        );
    }

    #[tokio::test]
    async fn a_race_has_one_winner() {
        let app = Arc::new(TestApp::new(app()).unwrap());
        let racers: Vec<_> = (0..16)
            .map(|_| {
                let app = Arc::clone(&app);
                tokio::spawn(async move { app.mutation(api::users::register("x@y.z".into())).await })
            })
            .collect();
        let mut winners = 0;
        for racer in racers {
            match racer.await.unwrap() {
                Ok(_) => winners += 1,
                Err(error) => assert!(error.app::<users::Refusal>().is_some(), "{error}"),
            }
        }
        assert_eq!(winners, 1);
        assert_eq!(registered(&app).await, ["x@y.z"]);
    }

    /// A client call that owns its client.
    trait RegisterOwned {
        fn mutation_owned(self, email: &str) -> impl Future<Output = Result<Id<schema::User>>>;
    }

    impl RegisterOwned for lunora::testing::TestClient {
        async fn mutation_owned(self, email: &str) -> Result<Id<schema::User>> {
            self.mutation(api::users::register(email.to_owned())).await
        }
    }
}

/// A system error as a client sees it: a request id, and nothing about what went wrong.
#[track_caller]
fn assert_opaque(error: &Error) {
    let text = error.to_string();
    let id = text
        .strip_prefix("[Request ID: ")
        .and_then(|rest| rest.strip_suffix("] Server Error"));
    assert!(id.is_some_and(|id| id.len() == 16), "{text}");
    assert!(error.app_data().is_none() && error.as_request().is_none());
}

mod mistakes_of_handlers {
    use super::*;

    #[tokio::test]
    async fn a_panic_commits_nothing_and_the_server_goes_on() {
        let app = TestApp::new(app()).unwrap();
        let client = app.client();
        assert_opaque(&client.mutation(api::mistakes::panic()).await.unwrap_err());
        assert_opaque(&client.query(api::mistakes::panic_reading()).await.unwrap_err());
        assert_opaque(&client.action(api::mistakes::panic_acting()).await.unwrap_err());
        let full = app
            .mutation(api::mistakes::panic())
            .await
            .unwrap_err()
            .to_string();
        assert!(full.contains("panicked: the secret is 42"), "{full}");
        assert_eq!(registered(&app).await, [""; 0]);
        client
            .mutation(api::users::register("a@b.c".into()))
            .await
            .unwrap();
    }

    #[tokio::test]
    async fn waiting_for_a_channel_is_an_error_that_says_so() {
        let app = TestApp::new(app()).unwrap();
        let error = app
            .mutation(api::mistakes::wait_for_a_channel())
            .await
            .unwrap_err();
        assert_says_what_to_do(&app, &error.to_string()).await;
    }

    #[tokio::test]
    async fn waiting_for_a_timer_commits_nothing() {
        let app = TestApp::new(app()).unwrap();
        assert_opaque(
            &app.client()
                .mutation(api::mistakes::wait_for_a_timer())
                .await
                .unwrap_err(),
        );
        assert_eq!(registered(&app).await, [""; 0]);
    }

    #[tokio::test]
    async fn waiting_for_a_timer_is_an_error_that_says_so() {
        let app = TestApp::new(app()).unwrap();
        let error = app.mutation(api::mistakes::wait_for_a_timer()).await.unwrap_err();
        assert_says_what_to_do(&app, &error.to_string()).await;
    }

    async fn assert_says_what_to_do(app: &TestApp, error: &str) {
        assert!(error.contains("waits on nothing but its context"), "{error}");
        assert!(error.contains("action"), "{error}");
        assert_eq!(registered(app).await, [""; 0]);
    }

    #[tokio::test]
    async fn giving_way_is_fine() {
        let app = TestApp::new(app()).unwrap();
        app.mutation(api::mistakes::give_way()).await.unwrap();
        assert_eq!(registered(&app).await, ["mistake"]);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn handlers_that_never_yield_do_not_hold_up_others() {
        let app = Arc::new(TestApp::new(app()).unwrap());
        let threads = std::thread::available_parallelism().unwrap().get();
        // More than there are threads for functions at first.
        let spinning: Vec<_> = (0..threads + 2)
            .map(|_| {
                let app = Arc::clone(&app);
                tokio::spawn(async move { app.mutation(api::mistakes::spin()).await })
            })
            .collect();
        let all = || SPINNING.load(Ordering::SeqCst) as usize == threads + 2;
        until("all of them spin", all).await;
        let others = async {
            for expected in 1..=20 {
                let value = app.mutation(api::counters::increment("free".into())).await;
                assert_eq!(value.unwrap(), expected);
            }
        };
        let others = tokio::time::timeout(Duration::from_mins(1), others);
        others.await.expect("others run meanwhile");
        STOP_SPINNING.store(true, Ordering::SeqCst);
        for spinning in spinning {
            let error = spinning.await.unwrap().unwrap_err().to_string();
            assert!(error.contains("work_millis"), "{error}");
        }
        assert_eq!(registered(&app).await, [""; 0]);
    }
}

mod conflicts {
    use super::*;

    /// Starts to add 10 to the counter, and goes on when its gate opens.
    fn add_slowly(app: &Arc<TestApp>, name: &'static str) -> tokio::task::JoinHandle<Result<u32>> {
        let app = Arc::clone(app);
        tokio::spawn(async move { app.mutation(api::counters::add_slowly(name.into(), 10)).await })
    }

    #[tokio::test]
    async fn a_loser_runs_again_from_the_start_with_the_same_arguments() {
        let app = Arc::new(TestApp::new(app()).unwrap());
        let increment = || app.mutation(api::counters::increment("loser".into()));
        assert_eq!(increment().await.unwrap(), 1);
        let slow = add_slowly(&app, "loser");
        Gate::reached("loser", 1).await;
        assert_eq!(increment().await.unwrap(), 2);
        Gate::open("loser", usize::MAX);
        assert_eq!(slow.await.unwrap().unwrap(), 12);
        let [first, second] = Gate::of("loser", |gate| gate.runs.clone()).try_into().unwrap();
        assert_eq!((first.by, first.read), (10, 1));
        assert_eq!((second.by, second.read), (10, 2));
        assert_ne!(first.draw, second.draw, "a new run draws anew");
        assert_eq!(app.query(api::counters::value("loser".into())).await.unwrap(), 12);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_mutation_that_has_lost_twice_gets_its_turn() {
        let app = Arc::new(TestApp::new(app()).unwrap());
        let increment = || {
            let app = Arc::clone(&app);
            async move { app.mutation(api::counters::increment("starved".into())).await }
        };
        assert_eq!(increment().await.unwrap(), 1);
        let slow = add_slowly(&app, "starved");
        for losses in 1..=2 {
            Gate::reached("starved", losses).await;
            increment().await.unwrap();
            Gate::open("starved", losses);
        }
        Gate::reached("starved", 3).await;
        let other = tokio::spawn(increment());
        let start = Instant::now();
        Gate::open("starved", 3);
        // The other one waits for this one, and this one for nobody: a lease lasts a second, and is not waited for.
        assert_eq!(slow.await.unwrap().unwrap(), 13);
        assert!(
            start.elapsed() < lunora_runtime::database::LEASE / 2,
            "{:?}",
            start.elapsed()
        );
        assert_eq!(other.await.unwrap().unwrap(), 14);
        assert_eq!(Gate::of("starved", |gate| gate.runs.len()), 3);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_hot_counter_counts_every_caller_once() {
        const CALLERS: u32 = 64;
        const CALLS: u32 = 8;
        let app = Arc::new(TestApp::builder(app()).on_disk().build().unwrap());
        let callers: Vec<_> = (0..CALLERS)
            .map(|_| {
                let app = Arc::clone(&app);
                tokio::spawn(async move {
                    let mut values = Vec::new();
                    for _ in 0..CALLS {
                        values.push(
                            app.mutation(api::counters::increment("hot".into()))
                                .await
                                .unwrap(),
                        );
                    }
                    values
                })
            })
            .collect();
        let mut values = Vec::new();
        for caller in callers {
            let own = caller.await.unwrap();
            assert!(
                own.is_sorted(),
                "a caller sees what was acknowledged to it: {own:?}"
            );
            values.extend(own);
        }
        values.sort_unstable();
        assert_eq!(values, (1..=CALLERS * CALLS).collect::<Vec<_>>());
        assert_eq!(
            app.query(api::counters::value("hot".into())).await.unwrap(),
            CALLERS * CALLS
        );
    }
}

mod determinism {
    use super::*;

    async fn draws(seed: u64) -> Vec<chance::Draw> {
        let app = TestApp::builder(app()).seed(seed).build().unwrap();
        let first = app.mutation(api::chance::draw()).await.unwrap();
        app.clock().advance(Duration::from_secs(5));
        vec![first, app.mutation(api::chance::draw()).await.unwrap()]
    }

    #[tokio::test]
    async fn time_chance_and_ids_follow_from_the_test() {
        let first = draws(7).await;
        assert_eq!(first, draws(7).await);
        assert_ne!(first[0].number, draws(8).await[0].number);
        assert_ne!(first[0].number, first[1].number);
        assert_ne!(first[0].id, first[1].id);
        assert_eq!(first[1].now.since(first[0].now), Duration::from_secs(5));
    }

    #[tokio::test]
    async fn a_call_has_one_time() {
        let app = TestApp::new(app()).unwrap();
        let start = app.query(api::chance::now_twice()).await.unwrap();
        assert_eq!(start[0], start[1]);
        app.clock().advance(Duration::from_millis(1));
        let later = app.query(api::chance::now_twice()).await.unwrap();
        assert_eq!(later[0].since(start[0]), Duration::from_millis(1));
    }

    #[tokio::test]
    async fn without_a_seed_nothing_repeats() {
        let draw = || async {
            TestApp::new(app())
                .unwrap()
                .mutation(api::chance::draw())
                .await
                .unwrap()
        };
        let (one, two) = (draw().await, draw().await);
        assert_ne!(one.number, two.number);
        assert_ne!(one.id, two.id);
    }
}

mod families {
    use super::*;

    #[tokio::test]
    async fn application_errors_arrive_with_their_data() {
        let app = TestApp::new(app()).unwrap();
        let reason = errors::Reason {
            code: "E7".into(),
            left: 7,
        };
        let error = app
            .client()
            .mutation(api::errors::application())
            .await
            .unwrap_err();
        assert_eq!(error.app::<errors::Reason>().as_ref(), Some(&reason));
        let error = app
            .client()
            .action(api::errors::nested_application())
            .await
            .unwrap_err();
        assert_eq!(error.app::<errors::Reason>().as_ref(), Some(&reason));
    }

    #[tokio::test]
    async fn system_errors_arrive_opaque_and_the_server_reads_them_in_full() {
        let app = TestApp::new(app()).unwrap();
        assert_opaque(&app.client().query(api::errors::system()).await.unwrap_err());
        assert_opaque(
            &app.client()
                .action(api::errors::nested_system())
                .await
                .unwrap_err(),
        );
        let full = app.query(api::errors::system()).await.unwrap_err().to_string();
        assert!(full.ends_with("invalid digit found in string"), "{full}");
        let full = app
            .action(api::errors::nested_system())
            .await
            .unwrap_err()
            .to_string();
        assert!(full.ends_with("errors:hidden: the secret is 42"), "{full}");
    }

    #[tokio::test]
    async fn refusals_arrive_readable() {
        let app = TestApp::new(app()).unwrap();
        let client = app.client();
        let refused = |path: &'static str, args: &[(&str, Value)]| {
            let args = args
                .iter()
                .map(|(name, value)| ((*name).to_owned(), value.clone()))
                .collect();
            let client = client.clone();
            async move { client.send(path, None, args).await.unwrap_err().to_string() }
        };
        let missing = refused("errors:hidden", &[]).await;
        assert_eq!(missing, "Could not find public function for 'errors:hidden'.");
        let text = refused("users:register", &[("email", Value::from(5.0))]).await;
        assert!(
            text.starts_with("ArgumentValidationError: args.email: expected string"),
            "{text}"
        );
        let text = refused("users:register", &[]).await;
        assert!(text.starts_with("ArgumentValidationError: args.email"), "{text}");
        let args = [("email", Value::from("a")), ("admin", Value::from(true))];
        let text = refused("users:register", &args).await;
        assert!(text.starts_with("ArgumentValidationError: args.admin"), "{text}");
    }
}

mod at_the_limit {
    use super::*;
    use lunora_core::{path::FunctionPath, value::Object};
    use lunora_runtime::{
        database::OpenOptions,
        functions::{CallError, CallRequest, EngineOptions, RequestId, Runtime},
        store::Memory,
    };

    #[track_caller]
    fn assert_exceeded<T: std::fmt::Debug>(result: Result<T>, name: &str, limit: usize) {
        let text = result.unwrap_err().to_string();
        let expected = format!("LimitExceeded: {name} is limited to {limit}");
        assert!(text.contains(&expected), "{text}");
    }

    #[tokio::test]
    async fn documents() {
        let app = TestApp::new(app()).unwrap();
        let write = |documents| app.mutation(api::limits::write_three(documents));
        write(3).await.unwrap();
        assert_exceeded(write(4).await, "documents_written", 3);
        let read = |documents| app.query(api::limits::read_three(documents));
        assert_eq!(read(3).await.unwrap(), 3);
        write(1).await.unwrap();
        assert_exceeded(read(4).await, "documents_read", 3);
        assert_eq!(read(3).await.unwrap(), 3);
    }

    /// The server's limit is 2 here, and one of the two functions may count to 3.
    #[tokio::test]
    async fn entries_counted() {
        let mut options = EngineOptions::default();
        options.limits.entries_counted = 2;
        let runtime = Runtime::open(app(), Arc::new(Memory::new()), options, OpenOptions::default()).unwrap();
        let call = async |path: &str, args: Object| {
            let request = CallRequest {
                path: FunctionPath::parse(path).unwrap(),
                kind: None,
                args,
                identity: None,
                idempotency_key: None,
                request_id: RequestId::random(),
                at: None,
            };
            match runtime.public().call(request).await {
                Ok(answer) => Ok(answer.value.into_value()),
                Err(CallError::Function(error)) => Err(error),
                Err(other) => panic!("{other:?}"),
            }
        };
        for documents in 1..=4_u8 {
            let text = [("text".to_owned(), Value::from("x"))];
            call("limits:write", text.into_iter().collect()).await.unwrap();
            for (path, limit) in [("limits:count", 2), ("limits:countToThree", 3)] {
                let counted = call(path, Object::new()).await;
                if usize::from(documents) > limit {
                    assert_exceeded(counted, "entries_counted", limit);
                } else {
                    assert_eq!(counted.unwrap(), Value::from(f64::from(documents)), "{path}");
                }
            }
        }
    }

    /// A text whose document is stored in just so many bytes: its creation time and its encoded fields.
    fn text_of(bytes: usize) -> String {
        let stored = |text: &str| {
            let fields = [("text".to_owned(), Value::from(text))].into_iter().collect();
            let mut encoded = Vec::new();
            lunora_core::document::encode_object(&fields, &mut encoded);
            size_of::<f64>() + encoded.len()
        };
        let mut text = "x".repeat(bytes);
        while stored(&text) > bytes {
            text.pop();
        }
        assert_eq!(stored(&text), bytes);
        text
    }

    #[tokio::test]
    async fn bytes_of_documents() {
        let app = TestApp::new(app()).unwrap();
        let write = |bytes| app.mutation(api::limits::write_thousand(text_of(bytes)));
        write(1000).await.unwrap();
        assert_exceeded(write(1001).await, "bytes_written", 1000);

        let write = |bytes| app.mutation(api::limits::write(text_of(bytes)));
        let read = async |bytes| {
            let id = write(bytes).await.unwrap();
            app.query(api::limits::read_thousand(id)).await
        };
        read(1000).await.unwrap();
        assert_exceeded(read(1001).await, "bytes_read", 1000);

        write(1 << 20).await.unwrap();
        assert_exceeded(write((1 << 20) + 1).await, "document_bytes", 1 << 20);
    }

    #[tokio::test]
    async fn a_key_for_repeats_is_no_document_of_the_function() {
        let app = TestApp::new(app()).unwrap();
        let request = CallRequest {
            path: FunctionPath::parse("limits:writeThree").unwrap(),
            kind: None,
            args: [("documents".to_owned(), Value::from(3.0))].into_iter().collect(),
            identity: None,
            idempotency_key: Some("67e55044-10b1-426f-9247-bb680e5fe0c8".to_owned().into()),
            request_id: RequestId::random(),
            at: None,
        };
        app.runtime().public().call(request).await.unwrap();
    }

    #[tokio::test]
    async fn arguments_and_results() {
        const LIMIT: usize = 16 << 20;
        let app = TestApp::new(app()).unwrap();
        // An object is 2, a name its length and 1, a string 2 (client the protocol of the Convex clients).
        let most = LIMIT - 2 - ("text".len() + 1) - 2;
        let length = |length| app.query(api::limits::length("x".repeat(length)));
        assert_eq!(length(most).await.unwrap() as usize, most);
        assert_exceeded(length(most + 1).await, "argument_bytes", LIMIT);
        let most = u32::try_from(LIMIT - 2).unwrap();
        let repeat = |times| app.query(api::limits::repeat(times));
        assert_eq!(repeat(most).await.unwrap().len(), LIMIT - 2);
        assert_exceeded(repeat(most + 1).await, "result_bytes", LIMIT);
    }
}
