mod m {
    use lunora::prelude::*;

    #[on_start]
    pub async fn hook(_ctx: &mut MutationCtx, _connection: Connection) -> Result<()> {
        Ok(())
    }
}

lunora::app! { m::hook }

fn main() {}
