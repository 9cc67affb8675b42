mod m {
    use lunora::prelude::*;

    #[query]
    #[query]
    pub async fn f(_ctx: &QueryCtx) -> Result<()> {
        Ok(())
    }
}

lunora::app! { m::f }

fn main() {}
