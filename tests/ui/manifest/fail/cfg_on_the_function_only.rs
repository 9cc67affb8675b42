mod m {
    use lunora::prelude::*;

    #[cfg(any())]
    #[query]
    pub async fn f(_ctx: &QueryCtx) -> Result<()> {
        Ok(())
    }

    #[table("rows")]
    pub struct Row {
        pub a: i64,
    }
}

lunora::app! { m::{f, Row} }

fn main() {}
