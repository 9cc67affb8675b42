mod messages {
    use lunora::prelude::*;

    #[internal_query]
    pub async fn count(_ctx: &QueryCtx) -> Result<i64> {
        Ok(0)
    }

    #[internal_mutation]
    pub async fn purge(_ctx: &mut MutationCtx) -> Result<()> {
        Ok(())
    }
}

lunora::app! {
    messages::{count, purge},
}

use lunora::prelude::*;

async fn helper(ctx: &QueryCtx, job: JobId) -> Result<bool> {
    ctx.scheduler().cancel(job).await
}

fn main() {}
