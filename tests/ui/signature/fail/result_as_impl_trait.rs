mod m {
    use lunora::prelude::*;

    #[query]
    pub async fn f(_ctx: &QueryCtx) -> impl Sized {
        5
    }
}

lunora::app! { m::f }

fn main() {}
