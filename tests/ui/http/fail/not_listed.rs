mod m {
    use lunora::prelude::*;

    #[http_action(POST, "/hook")]
    pub async fn hook(_ctx: &ActionCtx, _request: Request) -> Result<Response> {
        Ok(Response::empty())
    }
}

lunora::app! {  }

fn main() {}
