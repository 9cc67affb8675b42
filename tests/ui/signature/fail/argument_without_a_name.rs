mod m {
    use lunora::prelude::*;

    #[query]
    pub async fn f(_ctx: &QueryCtx, _: i64) -> Result<()> {
        Ok(())
    }
}

lunora::app! { m::f }

fn main() {}
