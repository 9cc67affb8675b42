mod m {
    use lunora::prelude::*;

    #[data]
    pub async fn f(_ctx: &QueryCtx) -> Result<()> {
        Ok(())
    }
}



fn main() {}
