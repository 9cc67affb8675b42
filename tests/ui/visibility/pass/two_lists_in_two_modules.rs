mod first {
    pub mod m {
        use lunora::prelude::*;

        #[query]
        pub async fn f(_ctx: &QueryCtx) -> Result<()> {
            Ok(())
        }
    }

    lunora::app! { m::f }
}

mod second {
    pub mod m {
        use lunora::prelude::*;

        #[internal_query]
        pub async fn f(_ctx: &QueryCtx) -> Result<()> {
            Ok(())
        }
    }

    lunora::app! { m::f }
}

fn main() {
    let _ = first::api::m::f();
    let _ = second::internal::m::f();
    let _ = (first::app(), second::app());
}
