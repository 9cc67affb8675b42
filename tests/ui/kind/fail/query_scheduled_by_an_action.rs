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
use std::time::Duration;

async fn helper(ctx: &ActionCtx) -> Result<()> {
    let later = ctx.scheduler().run_after(Duration::ZERO, internal::messages::count());
    drop(later);
    Ok(())
}

fn main() {}
