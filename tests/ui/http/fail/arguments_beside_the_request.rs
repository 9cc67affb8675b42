mod m {
    use lunora::prelude::*;

    #[http_action(POST, "/hook")]
    pub async fn hook(_ctx: &ActionCtx, _request: Request, _id: i64) -> Result<Response> {
        Ok(Response::empty())
    }
}

lunora::app! { m::hook }

fn main() {}
