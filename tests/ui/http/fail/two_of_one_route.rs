mod m {
    use lunora::prelude::*;

    #[http_action(GET, "/users/{id}")]
    pub async fn user(_ctx: &ActionCtx, _request: Request) -> Result<Response> {
        Ok(Response::empty())
    }

    #[http_action(GET, "/users/{name}")]
    pub async fn named(_ctx: &ActionCtx, _request: Request) -> Result<Response> {
        Ok(Response::empty())
    }
}

lunora::app! { m::{user, named} }

fn main() {}
