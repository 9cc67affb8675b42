mod m {
    use lunora::prelude::*;

    #[query]
    pub async fn f(_ctx: &QueryCtx) -> String {
        String::new()
    }
}

lunora::app! { m::f }

fn main() {}
