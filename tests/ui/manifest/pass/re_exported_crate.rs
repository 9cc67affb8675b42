mod vendored {
    pub use ::lunora as framework;
}

mod m {
    use crate::vendored::framework::prelude::*;

    #[internal_action(crate = crate::vendored::framework)]
    pub async fn f(_ctx: &ActionCtx) -> Result<()> {
        Ok(())
    }

    #[data(crate = super::vendored::framework)]
    pub struct Part {}

    #[table("rows", crate = super::vendored::framework)]
    pub struct Row {
        pub part: Part,
    }
}

vendored::framework::app! {
    crate = crate::vendored::framework;
    m::{f, Row},
}

fn main() {
    let _ = internal::m::f();
}
