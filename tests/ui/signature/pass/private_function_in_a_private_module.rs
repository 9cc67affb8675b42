mod m {
    use lunora::prelude::*;

    #[internal_query]
    async fn f(_ctx: &QueryCtx) -> Result<()> {
        Ok(())
    }
}

lunora::app! { m::f }

fn main() {
    let _ = internal::m::f();
}
