mod m {
    use lunora::prelude::*;

    #[on_start]
    pub async fn hook(_ctx: &mut MutationCtx) -> Result<()> {
        Ok(())
    }

    #[crons]
    pub fn schedule() -> Crons {
        Crons::new().hourly("hook", 5, crate::internal::m::hook())
    }
}

lunora::app! { m::{hook, schedule} }

fn main() {}
