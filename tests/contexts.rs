//! What handlers may do with their context, and what they cannot break by it.

#![allow(unreachable_pub, reason = "an application is written as a library is")]

use lunora::{prelude::*, testing::TestApp};

/// Tables.
mod schema {
    use lunora::prelude::*;

    /// Anything, with a name that may be missing.
    #[table("things")]
    #[index(by_value(value))]
    #[index(by_name(name))]
    #[derive(Debug, Clone, PartialEq)]
    pub struct Thing {
        pub value: Value,
        pub name: Option<String>,
    }
}

/// A type whose decoding panics.
mod bomb {
    use lunora::{
        __private::{Node, Shapes, serde},
        Shape,
    };

    #[derive(Debug)]
    pub struct Bomb;

    impl serde::Serialize for Bomb {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_str("bomb")
        }
    }

    impl<'de> serde::Deserialize<'de> for Bomb {
        fn deserialize<D: serde::Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
            panic!("this type panics when it is decoded")
        }
    }

    impl Shape for Bomb {
        fn shape(_: &mut Shapes) -> Node {
            Node::String
        }
    }
}

/// The functions.
mod things {
    use std::{future::poll_fn, task::Poll};

    use super::{bomb::Bomb, internal, schema::Thing};
    use lunora::prelude::*;

    #[query]
    pub async fn explode(_ctx: &QueryCtx, _bomb: Bomb) -> Result<()> {
        Ok(())
    }

    /// Draws twice in one expression.
    #[query]
    pub async fn dice(ctx: &QueryCtx) -> Result<(u32, u32)> {
        let pair = (ctx.rng().below(6), ctx.rng().below(6));
        Ok((u32::try_from(pair.0)?, u32::try_from(pair.1)?))
    }

    #[mutation]
    pub async fn add(ctx: &mut MutationCtx, value: Value, name: Option<String>) -> Result<Id<Thing>> {
        ctx.db().insert(Thing { value, name }).await
    }

    #[mutation]
    pub async fn set(ctx: &mut MutationCtx, id: Id<Thing>, value: Value, name: Option<String>) -> Result<()> {
        ctx.db().patch(id, Thing::patch().value(value).name(name)).await
    }

    #[query]
    pub async fn get(ctx: &QueryCtx, id: Id<Thing>) -> Result<Option<Doc<Thing>>> {
        ctx.db().get(id).await
    }

    #[query]
    pub async fn with_value(ctx: &QueryCtx, value: Value) -> Result<u32> {
        let found = ctx.db().query::<Thing>().with_index(Thing::by_value().eq(value));
        Ok(u32::try_from(found.count().await?)?)
    }

    #[query]
    pub async fn with_name(ctx: &QueryCtx, name: Option<String>) -> Result<u32> {
        let found = ctx.db().query::<Thing>().with_index(Thing::by_name().eq(name));
        Ok(u32::try_from(found.count().await?)?)
    }

    /// Inserts, and then gives way to others once.
    #[internal_mutation]
    pub async fn insert_and_pause(ctx: &mut MutationCtx) -> Result<()> {
        ctx.db()
            .insert(Thing {
                value: Value::from("dropped"),
                name: None,
            })
            .await?;
        let mut paused = false;
        poll_fn(|task| {
            if std::mem::replace(&mut paused, true) {
                return Poll::Ready(());
            }
            task.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
        Ok(())
    }

    /// Begins a nested mutation and drops it before it is done, as `select!` does.
    #[mutation]
    pub async fn abandon(ctx: &mut MutationCtx) -> Result<()> {
        let mut inner = ctx.run_mutation(internal::things::insert_and_pause());
        poll_fn(|task| {
            assert!(
                inner.as_mut().poll(task).is_pending(),
                "it pauses after its insert"
            );
            Poll::Ready(())
        })
        .await;
        drop(inner);
        ctx.db()
            .insert(Thing {
                value: Value::from("kept"),
                name: None,
            })
            .await?;
        Ok(())
    }
}

lunora::app! {
    schema::Thing,
    things::{explode, dice, add, set, get, with_value, with_name, insert_and_pause, abandon},
}

fn test_app() -> TestApp {
    TestApp::new(app()).unwrap()
}

#[tokio::test]
async fn a_panic_while_arguments_are_decoded_is_a_panic_like_any_other() {
    let app = test_app();
    let threads = std::thread::available_parallelism().unwrap().get();
    for _ in 0..threads + 2 {
        let error = app
            .run("things:explode", serde_json::json!({"bomb": "x"}))
            .await
            .unwrap_err();
        assert!(error.to_string().contains("this type panics"), "{error}");
    }
    app.query(api::things::dice()).await.unwrap();
}

#[tokio::test]
async fn draws_may_stand_side_by_side() {
    let (left, right) = test_app().query(api::things::dice()).await.unwrap();
    assert!(left < 6 && right < 6);
}

#[tokio::test]
async fn null_is_a_value_and_absence_is_not() {
    let app = test_app();
    let id = app.mutation(api::things::add(Value::Null, None)).await.unwrap();
    let stored = async || app.query(api::things::get(id)).await.unwrap().unwrap();
    let counts = async || {
        let null = app.query(api::things::with_value(Value::Null)).await.unwrap();
        (null, app.query(api::things::with_name(None)).await.unwrap())
    };
    assert_eq!(stored().await.value, Value::Null);
    assert_eq!(counts().await, (1, 1));
    app.mutation(api::things::set(id, Value::from(5.0), Some("five".into())))
        .await
        .unwrap();
    assert_eq!(counts().await, (0, 0));
    app.mutation(api::things::set(id, Value::Null, None))
        .await
        .unwrap();
    assert_eq!(
        (stored().await.value.clone(), stored().await.name.clone()),
        (Value::Null, None)
    );
    assert_eq!(counts().await, (1, 1));
}

#[tokio::test]
async fn a_nested_mutation_that_is_dropped_takes_its_writes_back() {
    let app = test_app();
    app.mutation(api::things::abandon()).await.unwrap();
    let count = async |text: &str| {
        app.query(api::things::with_value(Value::from(text)))
            .await
            .unwrap()
    };
    assert_eq!((count("dropped").await, count("kept").await), (0, 1));
}
