mod m {
    use lunora::prelude::*;

    pub struct Failure;

    #[query]
    pub async fn f(_ctx: &QueryCtx) -> Result<(), Failure> {
        Err(Failure)
    }
}

lunora::app! { m::f }

fn main() {}
