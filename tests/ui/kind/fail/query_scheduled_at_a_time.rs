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

async fn helper(ctx: &mut MutationCtx, time: Time) -> Result<()> {
    let later = ctx.scheduler().run_at(time, internal::messages::count());
    drop(later);
    Ok(())
}

fn main() {}
