mod messages {
    use lunora::prelude::*;

    #[query]
    pub async fn list(ctx: &QueryCtx) -> Result<&QueryCtx> {
        Ok(ctx)
    }
}

lunora::app! { messages::list }

fn main() {}
