mod m {
    use lunora::prelude::*;

    #[query(limits(documents_read = "many"))]
    pub async fn f(_ctx: &QueryCtx) -> Result<()> {
        Ok(())
    }
}

lunora::app! { m::f }

fn main() {}
