mod m {
    use lunora::prelude::*;

    #[query]
    pub fn f(_ctx: &QueryCtx) -> Result<()> {
        Ok(())
    }
}

lunora::app! { m::f }

fn main() {}
