mod m {
    use lunora::prelude::*;

    #[data]
    #[derive(Debug, Clone)]
    pub struct Page<T: Clone, const N: usize>
    where
        T: std::fmt::Debug,
    {
        pub items: Vec<T>,
    }

    #[data]
    pub enum Either<A, B = String> {
        Left(A),
        Right { right: B },
    }

    #[query]
    pub async fn f(_ctx: &QueryCtx, page: Page<i64, 5>) -> Result<Either<Page<i64, 5>>> {
        Ok(Either::Left(page))
    }
}

lunora::app! { m::f }

fn main() {
    let _ = app();
    let _ = m::Either::<i64>::Right { right: String::new() };
}
