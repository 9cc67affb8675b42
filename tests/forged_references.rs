//! References are types, and a type can be written by hand. One that claims to be another function reaches nothing:
//! neither as a client, nor as the server, nor inside a call.

#![allow(unreachable_pub, reason = "an application is written as a library is")]

use std::fmt::Debug;

use lunora::{Result, testing::TestApp};

/// Functions that a forger may want to reach, and some that run whatever they are given.
mod vault {
    use std::sync::atomic::{AtomicU32, Ordering};

    use lunora::prelude::*;

    use crate::forged;

    /// How often anything was reached.
    pub static REACHED: AtomicU32 = AtomicU32::new(0);

    #[internal_query]
    pub async fn read(_ctx: &QueryCtx) -> Result<i64> {
        Ok(i64::from(REACHED.fetch_add(1, Ordering::Relaxed)))
    }

    #[internal_mutation]
    pub async fn empty(_ctx: &mut MutationCtx) -> Result<i64> {
        Ok(i64::from(REACHED.fetch_add(1, Ordering::Relaxed)))
    }

    #[internal_action]
    pub async fn sell(_ctx: &ActionCtx) -> Result<i64> {
        Ok(i64::from(REACHED.fetch_add(1, Ordering::Relaxed)))
    }

    #[query]
    pub async fn look(_ctx: &QueryCtx) -> Result<i64> {
        Ok(i64::from(REACHED.fetch_add(1, Ordering::Relaxed)))
    }

    #[query]
    pub async fn query_in_a_query(ctx: &QueryCtx) -> Result<i64> {
        ctx.run_query(forged::read::call()).await
    }

    #[mutation]
    pub async fn query_in_a_mutation(ctx: &mut MutationCtx) -> Result<i64> {
        ctx.run_query(forged::read::call()).await
    }

    #[mutation]
    pub async fn mutation_in_a_mutation(ctx: &mut MutationCtx) -> Result<i64> {
        ctx.run_mutation(forged::empty::call()).await
    }

    #[action]
    pub async fn query_in_an_action(ctx: &ActionCtx) -> Result<i64> {
        ctx.run_query(forged::read::call()).await
    }

    #[action]
    pub async fn mutation_in_an_action(ctx: &ActionCtx) -> Result<i64> {
        ctx.run_mutation(forged::empty::call()).await
    }

    #[action]
    pub async fn action_in_an_action(ctx: &ActionCtx) -> Result<i64> {
        ctx.run_action(forged::sell::call()).await
    }
}

/// References that say they are functions of [`vault`], and public ones at that.
mod forged {
    macro_rules! forged {
        ($name:ident: $kind:ident) => {
            /// Not what it says.
            #[allow(non_camel_case_types, reason = "as the real one is called")]
            #[derive(Debug)]
            pub struct $name;

            impl $name {
                /// The call as its constructor would make it.
                pub const fn call() -> lunora::Call<Self> {
                    lunora::Call::__new(())
                }
            }

            impl lunora::__private::Listed for $name {
                const MODULE: &'static str = "vault";
            }

            impl lunora::FunctionRef for $name {
                type Place = Self;
                type Kind = lunora::$kind;
                type Visibility = lunora::Public;
                type Args = ();
                type Return = lunora::Result<i64>;
                const ARGS: &'static [&'static str] = &[];
                const NAME: &'static str = stringify!($name);
            }
        };
    }
    forged!(read: Query);
    forged!(empty: Mutation);
    forged!(sell: Action);
    forged!(look: Query);
}

lunora::app! {
    vault::{
        read, empty, sell, look,
        query_in_a_query, query_in_a_mutation, mutation_in_a_mutation,
        query_in_an_action, mutation_in_an_action, action_in_an_action,
    },
}

fn vault() -> TestApp {
    TestApp::new(app()).expect("a store in memory")
}

fn assert_nothing_was_reached() {
    let reached = vault::REACHED.load(std::sync::atomic::Ordering::Relaxed);
    assert_eq!(reached, 0, "a forged reference has reached its function");
}

/// What the refusal says.
fn refusal<T: Debug>(result: Result<T>) -> String {
    result.expect_err("a forged reference was accepted").to_string()
}

#[tokio::test]
async fn a_client_gets_the_answer_for_a_name_that_is_not_there() {
    let client = vault().client();
    let refusals = [
        ("vault:read", refusal(client.query(forged::read::call()).await)),
        (
            "vault:empty",
            refusal(client.mutation(forged::empty::call()).await),
        ),
        ("vault:sell", refusal(client.action(forged::sell::call()).await)),
        ("vault:look", refusal(client.query(forged::look::call()).await)),
        ("vault:read", refusal(client.watch(forged::read::call()))),
        ("vault:look", refusal(client.watch(forged::look::call()))),
    ];
    for (path, refusal) in refusals {
        let unknown = client.send("vault:nobody", None, lunora::Object::default()).await;
        let unknown = unknown.expect_err("there is no such function").to_string();
        assert_eq!(refusal, unknown.replace("vault:nobody", path));
    }
    assert_nothing_was_reached();
}

#[tokio::test]
async fn the_server_of_a_test_runs_none() {
    let app = vault();
    let refusals = [
        refusal(app.query(forged::read::call()).await),
        refusal(app.mutation(forged::empty::call()).await),
        refusal(app.action(forged::sell::call()).await),
        refusal(app.watch(forged::read::call())),
    ];
    for refusal in refusals {
        assert!(
            refusal.contains("is not a function of this application"),
            "{refusal}"
        );
    }
    assert_nothing_was_reached();
}

#[tokio::test]
async fn no_context_runs_one() {
    let app = vault();
    let refusals = [
        refusal(app.query(api::vault::query_in_a_query()).await),
        refusal(app.mutation(api::vault::query_in_a_mutation()).await),
        refusal(app.mutation(api::vault::mutation_in_a_mutation()).await),
        refusal(app.action(api::vault::query_in_an_action()).await),
        refusal(app.action(api::vault::mutation_in_an_action()).await),
        refusal(app.action(api::vault::action_in_an_action()).await),
    ];
    for refusal in refusals {
        assert!(
            refusal.contains("is not a function of this application"),
            "{refusal}"
        );
    }
    assert_nothing_was_reached();
}
