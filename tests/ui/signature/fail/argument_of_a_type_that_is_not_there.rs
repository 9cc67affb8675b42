mod m {
    use lunora::prelude::*;

    #[query]
    pub async fn f(_ctx: &QueryCtx, name: Name) -> Result<()> {
        drop(name);
        Ok(())
    }
}

lunora::app! { m::f }

fn main() {}
