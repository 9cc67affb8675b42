//! Which queries run and which are answered from what is known, seen through an application that counts its runs.

#![allow(unreachable_pub, reason = "an application is written as a library is")]

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use lunora::{Kind, Object, prelude::*, testing::TestApp};
use lunora_core::path::FunctionPath;
use lunora_runtime::functions::{CallRequest, RequestId};

/// Tables.
mod schema {
    use lunora::prelude::*;

    /// A number with a name.
    #[table("counters")]
    #[index(by_name(name), unique)]
    #[derive(Debug)]
    pub struct Counter {
        pub name: String,
        pub value: u32,
    }
}

/// Functions that count how often they run.
mod counters {
    use super::{api, count_run, internal, schema::Counter};
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
        count_run("value");
        Ok(find(ctx, &name).await?.map_or(0, |counter| counter.value))
    }

    #[internal_query]
    pub async fn total(ctx: &QueryCtx) -> Result<u32> {
        count_run("total");
        let all = ctx.db().query::<Counter>().collect().await?;
        Ok(all.iter().map(|counter| counter.value).sum())
    }

    #[action]
    pub async fn twice(ctx: &ActionCtx, name: String) -> Result<(u32, u32)> {
        let first = ctx.run_query(api::counters::value(name.clone())).await?;
        Ok((first, ctx.run_query(api::counters::value(name)).await?))
    }

    /// Fails as long as there is no counter.
    #[query]
    pub async fn expect(ctx: &QueryCtx, name: String) -> Result<u32> {
        count_run("expect");
        let counter = find(ctx, &name).await?;
        Ok(counter.ok_or_else(|| Error::not_found("counter"))?.value)
    }

    #[query]
    pub async fn who(ctx: &QueryCtx) -> Result<Option<String>> {
        count_run("who");
        Ok(ctx.auth().identity().map(|user| user.subject.clone()))
    }

    /// Looks at the identity only inside.
    #[query]
    pub async fn who_inside(ctx: &QueryCtx) -> Result<Option<String>> {
        count_run("who_inside");
        ctx.run_query(api::counters::who()).await
    }

    /// Looks at the identity only when there is a counter of this name.
    #[query]
    pub async fn whose(ctx: &QueryCtx, name: String) -> Result<Option<String>> {
        count_run("whose");
        match find(ctx, &name).await? {
            Some(_) => Ok(ctx.auth().identity().map(|user| user.subject.clone())),
            None => Ok(None),
        }
    }

    #[query]
    pub async fn time(ctx: &QueryCtx) -> Result<f64> {
        count_run("time");
        Ok(ctx.now().as_millis())
    }

    #[query]
    pub async fn dice(ctx: &QueryCtx) -> Result<u32> {
        count_run("dice");
        Ok(u32::try_from(ctx.rng().below(6))?)
    }

    /// The pages of all counters.
    #[query]
    pub async fn page(ctx: &QueryCtx, options: PaginationOptions) -> Result<Page<u32>> {
        count_run("page");
        let page = ctx.db().query::<Counter>().paginate(options).await?;
        Ok(page.map(|counter| counter.value))
    }

    #[action]
    pub async fn total_twice(ctx: &ActionCtx) -> Result<(u32, u32)> {
        let first = ctx.run_query(internal::counters::total()).await?;
        Ok((first, ctx.run_query(internal::counters::total()).await?))
    }
}

lunora::app! {
    schema::Counter,
    counters::{increment, value, total, twice, expect, who, who_inside, whose, time, dice, page, total_twice},
}

static RUNS: Mutex<Option<HashMap<&'static str, u32>>> = Mutex::new(None);

fn runs() -> MutexGuard<'static, Option<HashMap<&'static str, u32>>> {
    RUNS.lock().unwrap_or_else(PoisonError::into_inner)
}

fn count_run(function: &'static str) {
    *runs().get_or_insert_default().entry(function).or_default() += 1;
}

/// An application, alone with the counts, which start at 0.
struct Counted {
    app: TestApp,
    _alone: tokio::sync::MutexGuard<'static, ()>,
}

impl Counted {
    async fn new() -> Self {
        static TURN: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
        let alone = TURN.lock().await;
        *runs() = None;
        Self {
            app: TestApp::new(app()).unwrap(),
            _alone: alone,
        }
    }

    /// How often the function ran since this was asked last.
    #[expect(clippy::unused_self, reason = "only who has the turn may ask")]
    fn ran(&self, function: &'static str) -> u32 {
        runs().get_or_insert_default().remove(function).unwrap_or(0)
    }

    async fn increment(&self, name: &str) {
        self.app
            .mutation(api::counters::increment(name.to_owned()))
            .await
            .unwrap();
    }

    async fn value(&self, name: &str) -> u32 {
        let client = self.app.client();
        client.query(api::counters::value(name.to_owned())).await.unwrap()
    }

    fn user(&self, name: &str) -> TestApp {
        self.app.as_user(Identity::new("https://issuer.example", name))
    }
}

#[tokio::test]
async fn a_query_runs_again_only_when_what_it_read_is_written() {
    let counted = Counted::new().await;
    counted.increment("a").await;
    assert_eq!((counted.value("a").await, counted.value("a").await), (1, 1));
    assert_eq!(counted.ran("value"), 1);
    counted.increment("b").await;
    assert_eq!(counted.value("a").await, 1);
    assert_eq!(counted.ran("value"), 0, "something else was written");
    counted.increment("a").await;
    assert_eq!(counted.value("a").await, 2);
    assert_eq!(counted.ran("value"), 1);
    assert_eq!(counted.value("b").await, 1);
    assert_eq!(counted.ran("value"), 1, "other arguments are another query");
}

#[tokio::test]
async fn what_was_not_there_was_read_as_well() {
    let counted = Counted::new().await;
    assert_eq!(counted.value("new").await, 0);
    counted.increment("new").await;
    assert_eq!(counted.value("new").await, 1);
}

#[tokio::test]
async fn what_actions_run_is_known_as_well() {
    let counted = Counted::new().await;
    counted.increment("a").await;
    let twice = counted.app.action(api::counters::twice("a".to_owned())).await;
    assert_eq!((twice.unwrap(), counted.ran("value")), ((1, 1), 1));
    let total = counted.app.action(api::counters::total_twice()).await;
    assert_eq!((total.unwrap(), counted.ran("total")), ((1, 1), 1));
}

#[tokio::test]
async fn no_class_of_callers_gets_what_another_was_given() {
    let counted = Counted::new().await;
    let server = counted.app.query(api::counters::value("a".to_owned())).await;
    assert_eq!((server.unwrap(), counted.ran("value")), (0, 1));
    assert_eq!((counted.value("a").await, counted.ran("value")), (0, 1));
    let runtime = counted.app.runtime();
    let mut key = String::new();
    let made = runtime.ensure_admin_key(|made| {
        made.expose().clone_into(&mut key);
        Ok::<_, std::convert::Infallible>(())
    });
    made.unwrap().unwrap();
    let caller = runtime.admin_keys().verify(&key).unwrap().run_internal().unwrap();
    for runs in [1, 0] {
        let request = CallRequest {
            path: FunctionPath::parse("counters:value").unwrap(),
            kind: Some(Kind::Query),
            args: Object::from_iter([("name", "a")]),
            identity: None,
            idempotency_key: None,
            at: None,
            request_id: RequestId::random(),
        };
        let answer = runtime.full().call(&caller, request).await.unwrap();
        assert_eq!((&*answer.value, counted.ran("value")), (&0.0.into(), runs));
    }
}

#[tokio::test]
async fn a_result_is_for_one_user_only_if_the_run_looked() {
    let counted = Counted::new().await;
    let (anna, berta) = (counted.user("anna"), counted.user("berta"));
    for (app, name) in [(&anna, "anna"), (&berta, "berta"), (&anna, "anna")] {
        let who = app.client().query(api::counters::who()).await.unwrap();
        let inside = app.client().query(api::counters::who_inside()).await.unwrap();
        assert_eq!((who.as_deref(), inside.as_deref()), (Some(name), Some(name)));
    }
    let nobody = counted.app.client().query(api::counters::who()).await;
    assert_eq!(nobody.unwrap(), None);
    assert_eq!(counted.ran("who_inside"), 2, "once for each user");
    assert_eq!(
        counted.ran("who"),
        5,
        "once for each user, and for nobody, and inside"
    );
    for app in [&anna, &berta, &counted.app] {
        let value = app.client().query(api::counters::value("a".to_owned())).await;
        assert_eq!(value.unwrap(), 0);
    }
    assert_eq!(counted.ran("value"), 1, "it does not look at the user");
}

#[tokio::test]
async fn users_with_other_claims_are_other_users() {
    let counted = Counted::new().await;
    let plain = Identity::new("https://issuer.example", "anna");
    for identity in [plain.clone(), plain.clone().with_claim("role", "admin"), plain] {
        let app = counted.app.as_user(identity);
        app.client().query(api::counters::who()).await.unwrap();
    }
    assert_eq!(counted.ran("who"), 2);
}

#[tokio::test]
async fn whether_a_run_looks_is_decided_anew_by_each() {
    let counted = Counted::new().await;
    let (anna, berta) = (counted.user("anna"), counted.user("berta"));
    let whose = async |app: &TestApp| {
        let whose = app.client().query(api::counters::whose("a".to_owned())).await;
        whose.unwrap()
    };
    assert_eq!((whose(&anna).await, whose(&berta).await), (None, None));
    assert_eq!(counted.ran("whose"), 1);
    counted.increment("a").await;
    assert_eq!(whose(&anna).await.as_deref(), Some("anna"));
    assert_eq!(whose(&berta).await.as_deref(), Some("berta"));
    assert_eq!(whose(&anna).await.as_deref(), Some("anna"));
    assert_eq!(counted.ran("whose"), 2);
}

#[tokio::test]
async fn what_looked_at_the_moment_is_not_kept() {
    let counted = Counted::new().await;
    let client = counted.app.client();
    let first = client.query(api::counters::time()).await.unwrap();
    counted.app.clock().advance(std::time::Duration::from_secs(1));
    assert!(client.query(api::counters::time()).await.unwrap() > first);
    for _ in 0..3 {
        client.query(api::counters::dice()).await.unwrap();
    }
    assert_eq!(counted.ran("dice"), 3);
}

#[tokio::test]
async fn failures_are_not_kept() {
    let counted = Counted::new().await;
    let expect = async || {
        let client = counted.app.client();
        client.query(api::counters::expect("a".to_owned())).await
    };
    assert!(expect().await.is_err());
    assert!(expect().await.is_err());
    counted.increment("a").await;
    assert_eq!(expect().await.unwrap(), 1);
    assert_eq!(counted.ran("expect"), 3);
}

#[tokio::test]
async fn pages_are_known_as_well() {
    let counted = Counted::new().await;
    for name in ["a", "b", "c"] {
        counted.increment(name).await;
    }
    let page = async || {
        let page = api::counters::page(PaginationOptions::first(2));
        counted.app.client().query(page).await.unwrap()
    };
    assert_eq!(page().await, page().await);
    let of_a_hook = PaginationOptions {
        id: Some(7.0),
        ..PaginationOptions::first(2)
    };
    let of_a_hook = api::counters::page(of_a_hook);
    assert_eq!(counted.app.client().query(of_a_hook).await.unwrap(), page().await);
    assert_eq!(counted.ran("page"), 1);
    counted.increment("c").await;
    page().await;
    assert_eq!(counted.ran("page"), 0, "behind the page");
    counted.increment("b").await;
    assert_eq!(page().await.page, [1, 2]);
}

/// Each task waits for its own writes and then has to see them, while others write what it does not read.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_was_told_of_a_write_sees_it() {
    for on_disk in [false, true] {
        let builder = TestApp::builder(app());
        let builder = if on_disk { builder.on_disk() } else { builder };
        let app = std::sync::Arc::new(builder.build().unwrap());
        let tasks: Vec<_> = (0..8)
            .map(|task| {
                let app = std::sync::Arc::clone(&app);
                tokio::spawn(async move {
                    let (own, shared) = (format!("task {task}"), format!("shared {}", task / 2));
                    for round in 1..=40 {
                        let increment = api::counters::increment(own.clone());
                        assert_eq!(app.mutation(increment).await.unwrap(), round);
                        let client = app.client();
                        let value = client.query(api::counters::value(own.clone())).await;
                        assert_eq!(value.unwrap(), round);
                        let written = app.mutation(api::counters::increment(shared.clone())).await;
                        let value = client.query(api::counters::value(shared.clone())).await;
                        assert!(value.unwrap() >= written.unwrap());
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
    }
}
