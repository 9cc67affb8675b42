mod messages {
    use lunora::prelude::*;

    #[action]
    pub async fn import(ctx: &ActionCtx) -> Result<()> {
        std::thread::spawn(move || drop(ctx.now()));
        Ok(())
    }
}

lunora::app! { messages::import }

fn main() {}
