mod m {
    use lunora::prelude::*;

    #[query]
    pub async fn f(_ctx: &QueryCtx) -> Result<()> {
        Ok(())
    }

    #[table("rows")]
    pub struct Row {
        pub a: i64,
    }
}

lunora::app! { m::Row, #[cfg(all())] m::f, #[cfg(not(any()))] m::f }

fn main() {}
