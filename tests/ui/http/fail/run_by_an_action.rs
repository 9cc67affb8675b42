use lunora::prelude::*;

mod m {
    use lunora::prelude::*;

    #[http_action(POST, "/hook")]
    pub async fn hook(_ctx: &ActionCtx, _request: Request) -> Result<Response> {
        Ok(Response::empty())
    }
}

lunora::app! { m::hook }

async fn helper(ctx: &ActionCtx, request: Request) -> Result<()> {
    ctx.run_action(internal::m::hook(request)).await?;
    Ok(())
}

fn main() {}
