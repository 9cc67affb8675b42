mod m {
    use lunora::prelude::*;

    #[http_action(POST, "/hook")]
    pub async fn hook(_request: Request) -> Result<Response> {
        Ok(Response::empty())
    }
}

lunora::app! { m::hook }

fn main() {}
