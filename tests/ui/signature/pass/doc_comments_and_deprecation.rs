mod m {
    use lunora::prelude::*;

    #[query]
    /// Was good once.
    #[deprecated = "use `g`"]
    pub async fn f(_ctx: &QueryCtx) -> Result<()> {
        Ok(())
    }
}

lunora::app! { m::f }

fn main() {
    use lunora::FunctionRef;
    #[allow(deprecated)]
    let _ = api::m::f();
    assert_eq!(api::m::f::DOCS, "Was good once.");
}
