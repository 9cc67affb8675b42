mod m {
    use lunora::prelude::*;

    use lunora::MutationCtx as Context;

    #[query]
    pub async fn f(_ctx: &mut Context) -> Result<()> {
        Ok(())
    }
}

lunora::app! { m::f }

fn main() {}
