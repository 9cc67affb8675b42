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

lunora::app! {
    /// The function.
    m::f,
    m::Row,
}

fn main() {}
