mod m {
    use lunora::prelude::*;

    #[query]
    pub async fn f(_ctx: &QueryCtx) -> Result<()> {
        Ok(())
    }
}

pub fn app() -> i64 {
    5
}

lunora::app! { m::f }

fn main() {}
