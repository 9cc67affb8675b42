mod m {
    use lunora::prelude::*;

    #[query]
    pub async fn f(_ctx: &QueryCtx) {}
}

lunora::app! { m::f }

fn main() {}
