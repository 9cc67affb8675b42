mod m {
    use lunora::prelude::*;

    #[query]
    pub async fn f(_ctx: &QueryCtx, text: String) -> Result<i64, std::num::ParseIntError> {
        text.parse()
    }

    #[query]
    pub async fn g(_ctx: &QueryCtx) -> std::result::Result<(), Error> {
        Ok(())
    }
}

lunora::app! { m::{f, g} }

fn main() {
    let _ = app();
}
