mod m {
    use lunora::prelude::*;

    #[mutation]
    pub async fn f(_ctx: &QueryCtx) -> Result<()> {
        Ok(())
    }
}

lunora::app! { m::f }

fn main() {}
