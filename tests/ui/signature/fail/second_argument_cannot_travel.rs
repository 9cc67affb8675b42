mod m {
    use lunora::prelude::*;

    pub struct Opaque;

    #[query]
    pub async fn f(_ctx: &QueryCtx, channel: String, opaque: Opaque) -> Result<()> {
        drop((channel, opaque));
        Ok(())
    }
}

lunora::app! { m::f }

fn main() {}
