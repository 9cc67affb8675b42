mod m {
    use lunora::prelude::*;

    #[derive(serde::Serialize)]
    pub struct Name(String);

    #[query]
    pub async fn f(_ctx: &QueryCtx, name: Name) -> Result<String> {
        Ok(name.0)
    }
}

lunora::app! { m::f }

fn main() {}
