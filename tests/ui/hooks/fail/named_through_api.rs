use lunora::prelude::*;

mod m {
    use lunora::prelude::*;

    #[on_connect]
    pub async fn hook(_ctx: &mut MutationCtx, _connection: Connection) -> Result<()> {
        Ok(())
    }
}

lunora::app! { m::hook }

fn helper(connection: Connection) {
    let _ = api::m::hook(connection);
}

fn main() {}
