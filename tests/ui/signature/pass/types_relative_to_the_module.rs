#[lunora::data]
pub struct Up {}

mod m {
    use lunora::prelude::*;

    pub mod f {
        use lunora::prelude::*;

        #[data]
        pub struct Row {
            pub n: i64,
        }
    }

    #[query]
    pub async fn f(_ctx: &QueryCtx, own: f::Row, up: super::Up, here: self::Here) -> Result<f::Row> {
        drop((up, here));
        Ok(own)
    }

    #[data]
    pub struct Here {}
}

lunora::app! { m::f }

fn main() {
    let _ = api::m::f(m::f::Row { n: 5 }, Up {}, m::Here {});
}
