mod m {
    use lunora::prelude::*;

    #[on_connect]
    pub async fn hook(_ctx: &mut MutationCtx, _connection: Connection) -> Result<()> {
        Ok(())
    }

    #[mutation]
    pub async fn f(_ctx: &mut MutationCtx) -> Result<()> {
        Ok(())
    }
}

lunora::app! { m::f }

fn main() {}
