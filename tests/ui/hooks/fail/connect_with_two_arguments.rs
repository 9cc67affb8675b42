mod m {
    use lunora::prelude::*;

    #[on_connect]
    pub async fn hook(_ctx: &mut MutationCtx, _connection: Connection, _room: String) -> Result<()> {
        Ok(())
    }
}

lunora::app! { m::hook }

fn main() {}
