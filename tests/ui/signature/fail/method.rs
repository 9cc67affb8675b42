mod m {
    use lunora::prelude::*;

    pub struct Service;

    impl Service {
        #[query]
        pub async fn f(&self) -> Result<()> {
            Ok(())
        }
    }

    #[query]
    pub async fn g(_ctx: &QueryCtx) -> Result<()> {
        Ok(())
    }
}

lunora::app! { m::g }

fn main() {}
