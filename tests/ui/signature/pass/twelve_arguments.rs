mod m {
    use lunora::prelude::*;

    #[query]
    #[allow(clippy::too_many_arguments)]
    pub async fn f(
        _ctx: &QueryCtx,
        a: i64, b: i64, c: i64, d: i64, e: i64, f: i64, g: i64, h: i64, i: i64, j: i64, k: i64, l: i64,
    ) -> Result<i64> {
        Ok(a + b + c + d + e + f + g + h + i + j + k + l)
    }
}

lunora::app! { m::f }

fn main() {
    let _ = app();
}
