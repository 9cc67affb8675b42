mod m {
    use lunora::prelude::*;

    #[query]
    pub async fn f(_ctx: &QueryCtx, (x, y): (i64, i64)) -> Result<i64> {
        Ok(x + y)
    }
}

lunora::app! { m::f }

fn main() {}
