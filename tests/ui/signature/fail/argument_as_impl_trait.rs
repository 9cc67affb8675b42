mod m {
    use lunora::prelude::*;

    #[query]
    pub async fn f(_ctx: &QueryCtx, name: impl Into<String>) -> Result<String> {
        Ok(name.into())
    }
}

lunora::app! { m::f }

fn main() {}
