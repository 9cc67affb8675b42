mod m {
    use lunora::prelude::*;

    #[query]
    pub async fn f() -> Result<()> {
        Ok(())
    }
}

lunora::app! { m::f }

fn main() {}
