mod m {
    use lunora::prelude::*;

    type Names = Vec<String>;

    #[query]
    pub async fn names(ctx: &QueryCtx, list: Names) -> Result<Names> {
        checked(ctx, list).await
    }

    #[internal_mutation]
    pub async fn keep(ctx: &mut MutationCtx, list: Names) -> Result<usize> {
        Ok(checked(ctx, list).await?.len())
    }

    async fn checked(ctx: &QueryCtx, list: Names) -> Result<Names> {
        let _ = ctx.now();
        Ok(list)
    }
}

lunora::app! { m::{names, keep} }

fn main() {
    let _ = api::m::names(vec!["a".to_owned()]);
}
