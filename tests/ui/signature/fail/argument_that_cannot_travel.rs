mod m {
    use lunora::prelude::*;

    pub struct Opaque;

    #[query]
    pub async fn f(_ctx: &QueryCtx, opaque: Opaque) -> Result<()> {
        drop(opaque);
        Ok(())
    }
}

lunora::app! { m::f }

fn main() {}
