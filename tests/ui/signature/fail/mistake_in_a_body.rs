mod m {
    use lunora::prelude::*;

    #[query]
    pub async fn f(_ctx: &QueryCtx, name: String) -> Result<i64> {
        Ok(name)
    }

    #[query]
    pub async fn g(ctx: &QueryCtx) -> Result<i64> {
        ctx.run_query(crate::api::m::f("a".to_owned())).await
    }
}

lunora::app! { m::{f, g} }

fn main() {}
