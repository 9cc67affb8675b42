mod jobs {
    use lunora::prelude::*;

    #[query]
    pub async fn show(ctx: &QueryCtx, job: JobId) -> Result<Option<lunora::Job>> {
        ctx.scheduler().get(job).await
    }
}

lunora::app! {
    jobs::show,
}

fn main() {}
