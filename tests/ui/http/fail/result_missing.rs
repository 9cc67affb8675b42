mod m {
    use lunora::prelude::*;

    #[http_action(POST, "/hook")]
    pub async fn hook(_ctx: &ActionCtx, _request: Request) {
        
    }
}

lunora::app! { m::hook }

fn main() {}
