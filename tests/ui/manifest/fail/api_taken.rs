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

mod api {}

lunora::app! { m::{f, Row} }

fn main() {}
