mod m {
    use lunora::prelude::*;

    #[http_action(POST, "/hook")]
    pub async fn hook(_ctx: &ActionCtx, _request: Request) -> Result<String> {
        Ok(String::new())
    }
}

lunora::app! { m::hook }

fn main() {}
