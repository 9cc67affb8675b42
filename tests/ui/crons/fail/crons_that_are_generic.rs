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
    pub fn schedule<T>() -> Crons {
        Crons::new().hourly("sweep", 5, crate::internal::presence::sweep())
    }
}

lunora::app! { presence::{sweep, count, schedule} }

fn main() {}
