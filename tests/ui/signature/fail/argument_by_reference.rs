mod m {
    use lunora::prelude::*;

    #[query]
    pub async fn f(_ctx: &QueryCtx, channel: &str) -> Result<String> {
        Ok(channel.to_owned())
    }
}

lunora::app! { m::f }

fn main() {}
