mod m {
    use lunora::prelude::*;

    #[query(rename = "_f")]
    pub async fn f(_ctx: &QueryCtx) -> Result<()> {
        Ok(())
    }
}

lunora::app! { m::f }

fn main() {}
