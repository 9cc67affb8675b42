mod m {
    use lunora::prelude::*;

    #[on_connect]
    pub async fn hook(_ctx: &QueryCtx, _connection: Connection) -> Result<()> {
        Ok(())
    }
}

lunora::app! { m::hook }

fn main() {}
