mod m {
    use lunora::prelude::*;

    #[query(rename = "a", rename = "b")]
    pub async fn f(_ctx: &QueryCtx) -> Result<()> {
        Ok(())
    }
}

lunora::app! { m::f }

fn main() {}
