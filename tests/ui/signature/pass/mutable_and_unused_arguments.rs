mod m {
    use lunora::prelude::*;

    #[query]
    pub async fn f(_: &QueryCtx, mut list: Vec<i64>, _unused: i64) -> Result<Vec<i64>> {
        list.push(1);
        Ok(list)
    }
}

lunora::app! { m::f }

fn main() {
    use lunora::FunctionRef;
    assert_eq!(api::m::f::ARGS, ["list", "unused"]);
}
