mod m {
    use lunora::prelude::*;

    #[query]
    #[cfg(any())]
    pub async fn f(_ctx: &QueryCtx) -> Result<()> {
        Ok(())
    }

    #[cfg(not(any()))]
    #[query]
    pub async fn f(_ctx: &QueryCtx, which: i64) -> Result<i64> {
        Ok(which)
    }

    #[table("rows")]
    #[cfg(any())]
    pub struct Row {
        pub a: i64,
    }

    #[table("others")]
    pub struct Other {
        #[cfg(any())]
        pub a: i64,
        #[cfg(not(any()))]
        pub b: i64,
    }
}

lunora::app! {
    #[cfg(any())]
    m::f,
    #[cfg(not(any()))]
    m::f,
    m::{#[cfg(any())] Row, Other},
}

fn main() {
    let _ = api::m::f(5);
    let _ = m::Other::patch().b(5);
}
