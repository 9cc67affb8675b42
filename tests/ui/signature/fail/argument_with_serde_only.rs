mod m {
    use lunora::prelude::*;

    #[derive(serde::Serialize, serde::Deserialize)]
    pub struct Name(String);

    #[query]
    pub async fn f(_ctx: &QueryCtx, name: Name) -> Result<()> {
        drop(name);
        Ok(())
    }
}

lunora::app! { m::f }

fn main() {}
