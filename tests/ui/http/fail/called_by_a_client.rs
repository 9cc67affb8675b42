use lunora::prelude::*;

mod m {
    use lunora::prelude::*;

    #[http_action(POST, "/hook")]
    pub async fn hook(_ctx: &ActionCtx, _request: Request) -> Result<Response> {
        Ok(Response::empty())
    }
}

lunora::app! { m::hook }

async fn helper(client: &lunora::testing::TestClient, request: Request) -> Result<()> {
    client.action(internal::m::hook(request)).await?;
    Ok(())
}

fn main() {}
