mod m {
    use lunora::prelude::*;

    #[http_action(POST, "/hook")]
    #[query]
    pub async fn hook(_ctx: &ActionCtx, _request: Request) -> Result<Response> {
        Ok(Response::empty())
    }
}

lunora::app! { m::hook }

fn main() {}
