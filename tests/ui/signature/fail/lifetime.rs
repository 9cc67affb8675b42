mod m {
    use lunora::prelude::*;

    #[query]
    pub async fn f<'a>(_ctx: &'a QueryCtx) -> Result<()> {
        Ok(())
    }
}

lunora::app! { m::f }

fn main() {}
