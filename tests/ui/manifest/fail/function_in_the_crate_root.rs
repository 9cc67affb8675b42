use lunora::prelude::*;

#[query]
pub async fn ping(_ctx: &QueryCtx) -> Result<()> {
    Ok(())
}

lunora::app! { ping }

fn main() {}
