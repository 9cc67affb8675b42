mod presence {
    use lunora::prelude::*;

    #[internal_mutation]
    pub async fn sweep(_ctx: &mut MutationCtx) -> Result<()> {
        Ok(())
    }

    #[internal_query]
    pub async fn count(_ctx: &QueryCtx) -> Result<u32> {
        Ok(0)
    }

    #[crons]
    pub struct Schedule {}
}

lunora::app! { presence::{sweep, count, Schedule} }

fn main() {}
