mod m {
    use lunora::prelude::*;

    #[action]
    pub async fn f(_ctx: &mut ActionCtx) -> Result<()> {
        Ok(())
    }
}

lunora::app! { m::f }

fn main() {}
