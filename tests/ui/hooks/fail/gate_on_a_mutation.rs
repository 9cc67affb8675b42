mod m {
    use lunora::prelude::*;

    #[mutation(gate)]
    pub async fn hook(_ctx: &mut MutationCtx) -> Result<()> {
        Ok(())
    }
}

lunora::app! { m::hook }

fn main() {}
