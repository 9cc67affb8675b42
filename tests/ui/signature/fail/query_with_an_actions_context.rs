mod m {
    use lunora::prelude::*;

    #[query]
    pub async fn f(_ctx: &ActionCtx) -> Result<()> {
        Ok(())
    }
}

lunora::app! { m::f }

fn main() {}
