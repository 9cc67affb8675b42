mod m {
    use lunora::prelude::*;

    #[action]
    pub async fn f(_ctx: &mut MutationCtx) -> Result<()> {
        Ok(())
    }
}

lunora::app! { m::f }

fn main() {}
