mod m {
    use lunora::prelude::*;

    #[on_disconnect]
    pub async fn hook(_ctx: &ActionCtx, _connection: Connection) -> Result<()> {
        Ok(())
    }
}

lunora::app! { m::hook }

fn main() {}
