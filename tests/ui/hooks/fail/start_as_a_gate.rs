mod m {
    use lunora::prelude::*;

    #[on_start(gate)]
    pub async fn hook(_ctx: &mut MutationCtx) -> Result<()> {
        Ok(())
    }
}

lunora::app! { m::hook }

fn main() {}
