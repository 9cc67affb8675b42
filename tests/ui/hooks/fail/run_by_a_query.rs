use lunora::prelude::*;

mod m {
    use lunora::prelude::*;

    #[on_connect]
    pub async fn hook(_ctx: &mut MutationCtx, _connection: Connection) -> Result<()> {
        Ok(())
    }
}

lunora::app! { m::hook }

async fn helper(ctx: &QueryCtx, connection: Connection) -> Result<()> {
    ctx.run_query(internal::m::hook(connection)).await
}

fn main() {}
