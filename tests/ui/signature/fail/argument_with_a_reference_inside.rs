mod m {
    use lunora::prelude::*;

    #[query]
    pub async fn f(_ctx: &QueryCtx, channels: Vec<&str>) -> Result<String> {
        Ok(channels.concat())
    }
}

lunora::app! { m::f }

fn main() {}
