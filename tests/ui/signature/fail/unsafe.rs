mod m {
    use lunora::prelude::*;

    #[query]
    pub async unsafe fn f(_ctx: &QueryCtx) -> Result<()> {
        Ok(())
    }
}

lunora::app! { m::f }

fn main() {}
