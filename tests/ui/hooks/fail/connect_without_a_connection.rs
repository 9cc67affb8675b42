mod m {
    use lunora::prelude::*;

    #[on_connect]
    pub async fn hook(_ctx: &mut MutationCtx) -> Result<()> {
        Ok(())
    }
}

lunora::app! { m::hook }

fn main() {}
