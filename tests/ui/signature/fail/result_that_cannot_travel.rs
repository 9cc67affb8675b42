mod m {
    use lunora::prelude::*;

    pub struct Opaque;

    #[query]
    pub async fn f(_ctx: &QueryCtx) -> Result<Opaque> {
        Ok(Opaque)
    }
}

lunora::app! { m::f }

fn main() {}
