mod m {
    use lunora::prelude::*;

    #[query]
    pub async fn f(_ctx: &QueryCtx, name: &str) -> Result<i64> {
        Ok(i64::try_from(name.len())?)
    }

    #[query]
    pub async fn g(ctx: &QueryCtx) -> Result<i64> {
        ctx.run_query(crate::api::m::f("a".to_owned())).await
    }
}

lunora::app! { m::{f, g} }

fn main() {}
