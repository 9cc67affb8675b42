mod m {
    use lunora::prelude::*;

    #[on_start]
    pub fn hook(_ctx: &mut MutationCtx) -> Result<()> {
        Ok(())
    }
}

lunora::app! { m::hook }

fn main() {}
