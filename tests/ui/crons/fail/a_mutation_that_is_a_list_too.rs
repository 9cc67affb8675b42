mod sweeping {
    use lunora::prelude::*;

    #[mutation]
    #[crons]
    pub async fn sweep(_ctx: &mut MutationCtx) -> Result<()> {
        Ok(())
    }
}

lunora::app! { sweeping::sweep }

fn main() {}
