//! Live queries, seen through an application that counts its runs.

#![allow(unreachable_pub, reason = "an application is written as a library is")]

use lunora::{prelude::*, testing::TestApp};

/// Tables.
mod schema {
    use lunora::prelude::*;

    /// A number with a name.
    #[table("counters")]
    #[index(by_name(name), unique)]
    pub struct Counter {
        pub name: String,
        pub value: u32,
    }
}

/// The functions.
mod counters {
    use super::schema::Counter;
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
}

lunora::app! {
    schema::Counter,
    counters::{increment, value},
}

#[tokio::test]
async fn a_watch_yields_each_new_result() {
    let app = TestApp::new(app()).unwrap();
    let mut value = app.client().watch(api::counters::value("a".to_owned())).unwrap();
    assert_eq!(value.next().await.unwrap(), 0);
    for expected in 1..=3 {
        app.mutation(api::counters::increment("a".to_owned()))
            .await
            .unwrap();
        assert_eq!(value.next().await.unwrap(), expected);
    }
    app.mutation(api::counters::increment("b".to_owned()))
        .await
        .unwrap();
    assert_eq!(value.current().await.unwrap(), 3);
}
