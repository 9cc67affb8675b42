//! Hooks for connections and for the start.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use lunora::{
    Identity, JobId,
    testing::{TestApp, TestClock},
};
use lunora_runtime::{
    database::OpenOptions,
    functions::{AdminKey, EngineOptions, JobsWanted, NewKey, Runtime, SystemClock},
    store::Memory,
    triggers::Triggers,
};
use serde_json::json;

#[allow(unreachable_pub, reason = "as a user writes it")]
mod hall {
    use std::sync::atomic::{AtomicBool, Ordering};

    use lunora::prelude::*;
    use lunora_runtime::store::StoreError;

    #[table("notes")]
    pub struct Note {
        pub text: String,
    }

    async fn note(ctx: &mut MutationCtx, text: String) -> Result<()> {
        ctx.db().insert(Note { text }).await.map(drop)
    }

    fn user(connection: &Connection) -> String {
        connection
            .identity
            .as_ref()
            .map_or_else(|| "nobody".to_owned(), |user| user.subject.clone())
    }

    #[on_connect]
    pub async fn joined(ctx: &mut MutationCtx, connection: Connection) -> Result<()> {
        let text = format!("joined {} {:?}", user(&connection), connection.user_agent);
        note(ctx, text).await
    }

    #[on_connect]
    pub async fn broken(ctx: &mut MutationCtx, _connection: Connection) -> Result<()> {
        let notes = ctx.db().query::<Note>().collect().await?;
        if !notes.iter().any(|note| note.text == "mended") {
            return Err(Error::internal("broken"));
        }
        if !IS_WHOLE.swap(true, Ordering::Relaxed) {
            return Err(Error::from(StoreError::DiskFull));
        }
        note(ctx, "whole".to_owned()).await
    }

    /// The hook above has been put off once.
    static IS_WHOLE: AtomicBool = AtomicBool::new(false);

    #[mutation]
    pub async fn mend(ctx: &mut MutationCtx) -> Result<()> {
        note(ctx, "mended".to_owned()).await
    }

    #[on_connect]
    pub async fn counted(ctx: &mut MutationCtx, _connection: Connection) -> Result<()> {
        note(ctx, "counted".to_owned()).await
    }

    #[on_connect(gate)]
    pub async fn door(ctx: &mut MutationCtx, connection: Connection) -> Result<()> {
        if user(&connection) == "mallory" {
            return Err(Error::app("not you"));
        }
        if user(&connection) == "eve" {
            return Err(Error::internal("the password of the store is 1234"));
        }
        note(ctx, "door".to_owned()).await
    }

    #[on_disconnect]
    pub async fn left(ctx: &mut MutationCtx, connection: Connection) -> Result<()> {
        note(ctx, format!("left {}", user(&connection))).await
    }

    /// A time at which the store first has no room for the hook below.
    pub const CROWDED: Time = Time::from_millis(1_900_000_000_000.0);
    static WAS_PUT_OFF: AtomicBool = AtomicBool::new(false);

    #[on_start]
    pub async fn swept(ctx: &mut MutationCtx) -> Result<()> {
        if ctx.now() != CROWDED {
            return Ok(());
        }
        if !WAS_PUT_OFF.swap(true, Ordering::Relaxed) {
            return Err(Error::from(StoreError::DiskFull));
        }
        note(ctx, "swept".to_owned()).await
    }

    /// Tries to cancel what waits, and says what it has seen.
    #[mutation]
    pub async fn meddle(ctx: &mut MutationCtx) -> Result<Vec<String>> {
        let mut seen = Vec::new();
        for job in ctx.scheduler().list(JobState::Pending, 10).await? {
            let is_canceled = ctx.scheduler().cancel(job.id()).await?;
            seen.push(format!("{} {is_canceled} {:?}", job.target(), job.arguments()?));
        }
        Ok(seen)
    }

    #[on_start]
    pub async fn opened(ctx: &mut MutationCtx) -> Result<()> {
        note(ctx, "opened".to_owned()).await
    }

    #[query]
    pub async fn notes(ctx: &QueryCtx) -> Result<Vec<String>> {
        let notes = ctx.db().query::<Note>().collect().await?;
        Ok(notes.iter().map(|note| note.text.clone()).collect())
    }
}

lunora::app! {
    hall::{Note, joined, broken, counted, door, left, swept, meddle, mend, opened, notes},
}

/// An application that would believe whatever a client says of a connection.
#[allow(unreachable_pub, reason = "as a user writes it")]
mod forged {
    pub mod door {
        use lunora::prelude::*;

        #[mutation]
        pub async fn joined(_ctx: &mut MutationCtx, connections: Vec<Connection>) -> Result<()> {
            drop(connections);
            Ok(())
        }
    }

    lunora::app! { door::{joined} }
}

#[test]
fn no_client_says_who_has_connected() {
    let error = TestApp::new(forged::app()).unwrap_err().to_string();
    assert!(
        error.contains("`door:joined`") && error.contains("`Connection`"),
        "{error}"
    );
}

async fn notes(app: &TestApp) -> Vec<String> {
    app.query(api::hall::notes()).await.unwrap()
}

const COME: [&str; 4] = [
    "opened",
    "door",
    r#"joined nobody Some("lunora-test")"#,
    "counted",
];

#[tokio::test]
async fn hooks_run_in_order_and_one_that_fails_stops_no_other() {
    let app = TestApp::new(app()).unwrap();
    let connection = app.connect().await.unwrap();
    assert_eq!(notes(&app).await, COME);
    connection.disconnect().await.unwrap();
    assert_eq!(notes(&app).await[4..], ["left nobody"]);
    app.advance(Duration::from_hours(1)).await.unwrap();
    assert_eq!(notes(&app).await.len(), 5, "once each");
}

#[tokio::test]
async fn a_gate_refuses_and_nobody_else_hears_of_it() {
    let app = TestApp::new(app()).unwrap();
    let mallory = app.as_user(Identity::new("https://login.example", "mallory"));
    let refusal = mallory.connect().await.unwrap_err().to_string();
    assert!(
        refusal.contains("refused") && refusal.contains("not you"),
        "{refusal}"
    );
    app.advance(Duration::from_secs(1)).await.unwrap();
    assert_eq!(notes(&app).await, ["opened"]);
}

/// An administrator, with what the jobs are named.
struct Admin {
    runtime: Runtime,
    key: String,
}

impl Admin {
    fn of(app: &TestApp) -> Self {
        let (runtime, mut key) = (app.runtime().clone(), String::new());
        let keep = |made: &NewKey| {
            made.expose().clone_into(&mut key);
            Ok::<_, std::convert::Infallible>(())
        };
        runtime.ensure_admin_key(keep).unwrap().unwrap();
        Self { runtime, key }
    }

    fn key(&self) -> AdminKey {
        self.runtime.admin_keys().verify(&self.key).unwrap()
    }

    /// All jobs, by their functions.
    fn jobs(&self) -> Vec<(String, JobId)> {
        let jobs = self
            .runtime
            .list_jobs(&self.key().read_data().unwrap(), &JobsWanted::default());
        let jobs = jobs.unwrap();
        jobs.into_iter().map(|job| (job.function, job.id)).collect()
    }

    /// Runs a job of this function again.
    fn retry(&self, function: &str) -> Result<(), String> {
        let (_, id) = self
            .jobs()
            .into_iter()
            .find(|(found, _)| found == function)
            .unwrap();
        let retried = self.runtime.retry_job(&self.key().run_internal().unwrap(), id);
        retried.map(drop).map_err(|error| error.to_string())
    }
}

/// Whoever runs a hook again that has failed runs that one alone, and only while the client is there.
#[tokio::test(flavor = "multi_thread")]
async fn a_hook_that_is_run_again_does_not_run_those_after_it_again() {
    let app = TestApp::new(app()).unwrap();
    let connection = app.connect().await.unwrap();
    let admin = Admin::of(&app);
    tokio::task::block_in_place(|| admin.retry("hall:broken")).unwrap();
    app.advance(Duration::from_secs(1)).await.unwrap();
    assert_eq!(notes(&app).await, COME);
    connection.disconnect().await.unwrap();
    let refused = tokio::task::block_in_place(|| admin.retry("hall:broken")).unwrap_err();
    assert!(refused.contains("a client that is gone"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_taken_leave_of_before_a_hook_that_is_run_again_is_over() {
    let app = TestApp::new(app()).unwrap();
    let connection = app.connect().await.unwrap();
    app.mutation(api::hall::mend()).await.unwrap();
    tokio::task::block_in_place(|| Admin::of(&app).retry("hall:broken")).unwrap();
    // It is put off, and the client is gone meanwhile.
    connection.disconnect().await.unwrap();
    app.advance(Duration::from_secs(1)).await.unwrap();
    assert_eq!(notes(&app).await[4..], ["mended", "whole", "left nobody"]);
}

/// Else clients would fill the table of jobs by coming and going, or by being refused again and again.
#[tokio::test(flavor = "multi_thread")]
async fn jobs_of_gates_and_of_hooks_that_went_well_are_not_kept() {
    let app = TestApp::new(app()).unwrap();
    app.connect().await.unwrap().disconnect().await.unwrap();
    let mallory = app.as_user(Identity::new("https://login.example", "mallory"));
    mallory.connect().await.unwrap_err();
    let eve = app.as_user(Identity::new("https://login.example", "eve"));
    eve.connect().await.unwrap_err();
    let admin = Admin::of(&app);
    let jobs = tokio::task::block_in_place(|| admin.jobs());
    let mut functions: Vec<_> = jobs.iter().map(|(function, _)| &**function).collect();
    functions.sort_unstable();
    assert_eq!(functions, ["hall:broken", "hall:opened", "hall:swept"]);
}

/// Who knows a session can ask for the answers to its requests.
#[tokio::test(flavor = "multi_thread")]
async fn a_function_cancels_no_hook_and_nobody_who_looks_at_jobs_sees_a_session() {
    let app = TestApp::new(app()).unwrap();
    drop(app.connect().await.unwrap());
    let mut seen = Vec::new();
    while seen.is_empty() {
        seen = app.mutation(api::hall::meddle()).await.unwrap();
    }
    assert!(
        seen.len() == 1 && seen[0].starts_with("hall:left false"),
        "{seen:?}"
    );
    let admin = Admin::of(&app);
    let wanted = JobsWanted::default();
    let listed = || {
        admin
            .runtime
            .list_jobs(&admin.key().read_data().unwrap(), &wanted)
    };
    let arguments = tokio::task::block_in_place(listed).unwrap().into_iter();
    seen.extend(arguments.map(|job| job.arguments.to_string()));
    assert!(seen.iter().any(|text| text.contains("lunora-test")), "{seen:?}");
    assert!(
        !seen.iter().any(|text| text.contains("00000000-0000")),
        "{seen:?}"
    );
    app.advance(Duration::ZERO).await.unwrap();
    assert_eq!(notes(&app).await.last().unwrap(), "left nobody");
}

#[tokio::test]
async fn a_hook_for_the_start_that_is_put_off_runs_before_the_next() {
    let clock = TestClock::default();
    clock.set(hall::CROWDED);
    let app = TestApp::builder(app()).clock(clock).build().unwrap();
    app.advance(Duration::ZERO).await.unwrap();
    assert_eq!(notes(&app).await, ["swept", "opened"]);
}

#[tokio::test]
async fn hooks_are_not_told_of_a_user_who_is_too_large_to_be_kept() {
    let app = TestApp::new(app()).unwrap();
    let mut ada = Identity::new("https://login.example", "ada");
    ada.claims.insert("all".to_owned(), "x".repeat(2 << 20).into());
    let connection = app.as_user(ada).connect().await.unwrap();
    connection.disconnect().await.unwrap();
    let notes = notes(&app).await;
    assert!(notes[2].starts_with("joined nobody"), "{notes:?}");
    assert_eq!(notes.last().unwrap(), "left nobody");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_keeps_a_runtime_that_is_dropped() {
    let clock = Arc::new(SystemClock);
    let kept = Arc::downgrade(&clock);
    let options = EngineOptions {
        clock,
        ..EngineOptions::default()
    };
    let store = Arc::new(Memory::new());
    let runtime = Runtime::open(app(), store, options, OpenOptions::default()).unwrap();
    drop(Triggers::start(&runtime).await.unwrap());
    drop(runtime);
    let patience = Instant::now() + Duration::from_secs(30);
    while kept.strong_count() > 0 {
        assert!(Instant::now() < patience, "the engine is still there");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_gate_that_fails_refuses_and_keeps_its_text_to_itself() {
    let app = TestApp::new(app()).unwrap();
    let eve = app.as_user(Identity::new("https://login.example", "eve"));
    let refusal = eve.connect().await.unwrap_err().to_string();
    assert!(
        !refusal.contains("1234") && refusal.contains("a gate has failed"),
        "{refusal}"
    );
    assert_eq!(notes(&app).await, ["opened"]);
}

#[tokio::test]
async fn the_next_start_takes_leave_of_those_whom_a_process_left_behind() {
    let directory = tempfile::tempdir().unwrap();
    let open = || {
        TestApp::builder(app())
            .in_directory(directory.path())
            .build()
            .unwrap()
    };
    let first = open();
    let ada = first.as_user(Identity::new("https://login.example", "ada"));
    std::mem::forget((first.connect().await.unwrap(), ada.connect().await.unwrap()));
    first.runtime().shutdown().await.unwrap();
    drop((first, ada));
    let second = open();
    second.advance(Duration::ZERO).await.unwrap();
    let left = |notes: Vec<String>| {
        notes
            .into_iter()
            .filter(|note| note.starts_with("left"))
            .collect::<Vec<_>>()
    };
    let mut gone = left(notes(&second).await);
    gone.sort();
    assert_eq!(gone, ["left ada", "left nobody"]);
    second.advance(Duration::from_hours(1)).await.unwrap();
    assert_eq!(left(notes(&second).await).len(), 2, "once each");
}

#[tokio::test]
async fn nobody_runs_a_hook_by_its_name() {
    let app = TestApp::new(app()).unwrap();
    for name in [
        "hall:joined",
        "hall:left",
        "hall:opened",
        "hall:door",
        "hall:nothing",
    ] {
        let error = app.run(name, json!({})).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("Could not find function for '{name}'.")
        );
        let error = app
            .client()
            .send(name, None, lunora::Object::default())
            .await
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("Could not find public function for '{name}'.")
        );
    }
    assert_eq!(notes(&app).await.len(), 0);
}
