mod m {
    use lunora::prelude::*;

    #[query(limits(documents_read =))]
    pub async fn f(_ctx: &QueryCtx) -> Result<()> {
        Ok(())
    }
}

lunora::app! { m::f }

fn main() {}
