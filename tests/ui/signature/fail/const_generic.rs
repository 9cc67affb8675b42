mod m {
    use lunora::prelude::*;

    #[query]
    pub async fn f<const N: usize>(_ctx: &QueryCtx) -> Result<()> {
        Ok(())
    }
}

lunora::app! { m::f }

fn main() {}
