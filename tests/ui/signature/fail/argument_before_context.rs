mod m {
    use lunora::prelude::*;

    #[query]
    pub async fn f(channel: String, _ctx: &QueryCtx) -> Result<String> {
        Ok(channel)
    }
}

lunora::app! { m::f }

fn main() {}
