mod m {
    use lunora::prelude::*;

    #[query]
    pub async fn r#match(_ctx: &QueryCtx, r#type: String) -> Result<String> {
        Ok(r#type)
    }
}

lunora::app! { m::r#match }

fn main() {
    use lunora::FunctionRef;
    assert_eq!(api::m::r#match::PATH, "m:match");
    assert_eq!(api::m::r#match::ARGS, ["type"]);
    let _ = api::m::r#match(String::new());
}
