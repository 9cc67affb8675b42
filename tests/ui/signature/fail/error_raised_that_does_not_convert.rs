mod m {
    use lunora::prelude::*;

    #[data]
    pub enum Billing {
        Declined,
    }

    #[query]
    pub async fn f(_ctx: &QueryCtx) -> Result<()> {
        Err(Billing::Declined)?;
        Ok(())
    }
}

lunora::app! { m::f }

fn main() {}
