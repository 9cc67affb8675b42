mod m {
    use lunora::prelude::*;

    #[query]
    #[allow(non_snake_case)]
    pub async fn f(_ctx: &QueryCtx, a_b: i64, aB: i64) -> Result<i64> {
        Ok(a_b + aB)
    }
}

lunora::app! { m::f }

fn main() {}
