mod m {
    use lunora::prelude::*;

    #[table("rows")]
    pub async fn f(_ctx: &QueryCtx) -> Result<()> {
        Ok(())
    }
}

fn main() {}
