mod m {
    use lunora::prelude::*;

    #[mutation]
    pub async fn f(_ctx: &mut MutationCtx, _other: &QueryCtx) -> Result<()> {
        Ok(())
    }
}

lunora::app! { m::f }

fn main() {}
