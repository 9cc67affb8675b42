mod m {
    use lunora::prelude::*;

    #[query]
    pub async fn f<T>(_ctx: &QueryCtx, value: T) -> Result<T> {
        Ok(value)
    }
}

lunora::app! { m::f }

fn main() {}
