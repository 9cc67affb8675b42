mod m {
    use lunora::prelude::*;

    #[query(limits(documents = 5))]
    pub async fn f(_ctx: &QueryCtx) -> Result<()> {
        Ok(())
    }
}

lunora::app! { m::f }

fn main() {}
