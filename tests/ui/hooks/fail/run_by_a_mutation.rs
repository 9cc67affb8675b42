use lunora::prelude::*;

mod m {
    use lunora::prelude::*;

    #[on_connect]
    pub async fn hook(_ctx: &mut MutationCtx, _connection: Connection) -> Result<()> {
        Ok(())
    }
}

lunora::app! { m::hook }

async fn helper(ctx: &mut MutationCtx, connection: Connection) -> Result<()> {
    ctx.run_mutation(internal::m::hook(connection)).await?;
    Ok(())
}

fn main() {}
